import { SyswideError } from '../../base/error';
import type { Cpu } from '../../base/units';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import { CpuMask } from '../cpu-mask';
import { cpuDirectory } from '../cpus';
import type { Host } from '../host';
import type { HostFiles } from '../host-files';
import { CpuhpSource } from './cpuhp-source';
import type { HotplugSource } from './hotplug-source';
import { SysfsSource } from './sysfs-source';
import { UeventSource } from './uevent-source';

/** CPUs that can go offline. */
export const hotpluggable = (files: HostFiles, mask: CpuMask): CpuMask =>
  CpuMask.of([...mask].filter((cpu) => canGo(files, cpu)));

/** Only such CPUs have the file. */
const canGo = (files: HostFiles, cpu: Cpu): boolean => files.read(`${cpuDirectory}/cpu${cpu}/online`) !== undefined;

/**
 * For who counts some CPUs, and may count others later.
 * @returns what hears of them; undefined where no CPU of the machine can come or go
 */
export function openHotplugSourceFor(kernel: Kernel, host: Host, wanted: CpuMask): HotplugSource | undefined {
  const canChange = [...host.cpus().possible].some((cpu) => canGo(host.files, cpu));
  return canChange ? openHotplugSource(kernel, host, hotpluggable(host.files, wanted)) : undefined;
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
