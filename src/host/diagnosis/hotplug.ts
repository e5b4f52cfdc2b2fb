import type { Kernel } from '../../native/kernel';
import type { Host } from '../host';
import { hotpluggable, openHotplugSource } from '../hotplug/open-source';
import { type Finding, limited, ok } from './finding';

/** How syswide would hear of CPUs that come and go: opens the source it would take, and closes it. */
export function hotplugFinding(kernel: Kernel, host: Host): Finding {
  const name = 'CPU hotplug';
  const { present } = host.cpus();
  const movable = hotpluggable(host.files, present);
  if (movable.isEmpty) return ok(name, 'no CPU of this machine can go offline');
  const source = openHotplugSource(kernel, host, movable);
  source.close();
  const cpus = `of CPU ${movable}`;
  if (source.name === 'cpuhp') return ok(name, `${cpus}, by the kernel's cpuhp threads: before it runs a task`);
  const remedy = 'run as root, outside of containers';
  if (source.name === 'uevent') {
    const cost = 'the first moments of a CPU that comes online are not counted; coverage says how long';
    return limited(name, { detail: `${cpus}, by uevents: just after it came`, cost, remedy });
  }
  const cost = 'up to 50 ms of a CPU that comes online are not counted; coverage says how long';
  return limited(name, { detail: `${cpus}, by looking again and again`, cost, remedy });
}
