import { SyswideError } from '../../base/error';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import { CpuMask } from '../cpu-mask';
import { cpuDirectory } from '../cpus';
import type { Host } from '../host';
import { CpuhpSource } from './cpuhp-source';
import type { HotplugSource } from './hotplug-source';
import { SysfsSource } from './sysfs-source';
import { UeventSource } from './uevent-source';

/** CPUs that can go offline: only these have the file. */
export function hotpluggable(host: Host, mask: CpuMask): CpuMask {
  const there = [...mask].filter((cpu) => host.files.read(`${cpuDirectory}/cpu${cpu}/online`) !== undefined);
  return CpuMask.of(there);
}

/**
 * The best way there is to hear of these CPUs: the kernel's own threads, else uevents, else looking again and again.
 * Uevents do not reach user namespaces other than the first.
 */
export function openHotplugSource(kernel: Kernel, host: Host, cpus: CpuMask): HotplugSource {
  return attempt(() => CpuhpSource.open(kernel, host, cpus)) ?? openLateSource(kernel, host);
}

function openLateSource(kernel: Kernel, host: Host): HotplugSource {
  const uevents = host.privileges.initialUserNamespace ? attempt(() => UeventSource.open(kernel)) : undefined;
  return uevents ?? new SysfsSource(host.files);
}

/** A source that is refused is no failure, as long as there is another. */
function attempt<T>(open: () => T | undefined): T | undefined {
  try {
    return open();
  } catch (error) {
    if (error instanceof KernelError || error instanceof SyswideError) return undefined;
    throw error;
  }
}
