import type { Controllable } from '../gang/controllable';
import { FdWatch } from '../gang/fd-watch';
import { PerfControl, type PerfControlSpec } from '../gang/registry/perf-control';
import { registerGang } from '../gang/registry/register';
import type { Kernel } from '../native/kernel';
import { complain, errorLine } from './console';

/** A gang that others can see and steer, until it is closed. */
export interface OutsideControl {
  /** Why it cannot be seen or steered, if so: no reason to give up a measurement. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/**
 * Lists the gang for `syswide ps` and `syswide ctl`, and takes perf's commands if it was told from where.
 * @throws SyswideError USAGE when there is nothing to take commands from
 */
export function openToControl(kernel: Kernel, gang: Controllable, perf: PerfControlSpec | undefined): OutsideControl {
  const control = perf && PerfControl.open(perf);
  const registration = registerGang(kernel, { command: ['syswide', ...process.argv.slice(2)], controllable: gang });
  const watch = control && new FdWatch(kernel, { fd: control.fd, onReadable: () => obey(control, gang) });
  return {
    notices: registration.notice === undefined ? [] : [registration.notice],
    close: async () => {
      registration.close();
      await watch?.stop();
      control?.close();
    },
  };
}

/** A command that cannot be obeyed gets no ack; the reason goes where a person may see it. */
function obey(control: PerfControl, gang: Controllable): boolean {
  for (const error of control.onReadable(gang)) complain(errorLine(error));
  return !control.hasEnded;
}
