import { SyswideError } from '../base/error';
import type { KernelError } from '../native/kernel-error';

/** Why clones cannot write into rings of so many bytes. */
export const noRing = (error: KernelError, bytes: number): SyswideError =>
  error.errnoName === 'EPERM' || error.errnoName === 'ENOMEM'
    ? new SyswideError('NO_MEMORY', {
        what: `cannot map a ring of ${bytes / 1024} KiB for each CPU`,
        why: `this user may not lock so much memory, or it is more than there is (${error.errnoName})`,
        remedy: 'ask for less with -m or ringBytes, or raise kernel.perf_event_mlock_kb or `ulimit -l`',
        cause: error,
      })
    : new SyswideError('OPEN_FAILED', {
        what: 'cannot have events write into one ring',
        why: `the kernel refused it (${error.errnoName})`,
        remedy: 'see PERF_EVENT_IOC_SET_OUTPUT in perf_event_open(2)',
        cause: error,
      });
