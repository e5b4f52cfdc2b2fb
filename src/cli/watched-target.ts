import { SyswideError } from '../base/error';
import type { Fd, Pid } from '../base/units';
import type { MeasureRequest } from '../counts/measure-request';
import type { CpuMask } from '../host/cpu-mask';
import type { Host } from '../host/host';
import { openHotplugSourceFor } from '../host/hotplug/open-source';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { Machine } from './machine';
import type { Counted } from './stat/stat-request';
import type { StatTarget } from './stat/stat-target-option';

/** Of processes, all their threads are meant, those too that start while they are looked up. */
export function threadsOf(
  { kind }: StatTarget,
  { processes }: Counted,
  host: Host,
): Pick<MeasureRequest, 'threadsNow'> {
  if (kind !== 'processes') return {};
  return { threadsNow: () => processes.flatMap((process) => host.processes.threadsLeft(process)) };
}

/**
 * What tells of its end. The caller owns it.
 * @throws SyswideError NO_SUCH_PROCESS: a thread may have ended since it was named
 */
export function pidfdOf(kernel: Kernel, id: Pid): Fd {
  try {
    return kernel.openPidfd(id);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new SyswideError('NO_SUCH_PROCESS', {
      what: `cannot watch ${id}`,
      why: `no process or thread has that id, or it has just ended (${error.errnoName})`,
      remedy: 'look its id up again, for example with ps -eL',
      cause: error,
    });
  }
}

/** Nothing where no CPU can come or go. */
export function hearOfCpus({ kernel, host }: Machine, wanted: CpuMask): MeasureRequest['hotplug'] {
  const source = openHotplugSourceFor(kernel, host, wanted);
  return source && { source, wanted };
}
