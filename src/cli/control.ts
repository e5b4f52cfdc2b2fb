import { BackgroundLoop } from '../gang/background-loop';
import type { Controllable } from '../gang/controllable';
import { PerfControl, type PerfControlSpec } from '../gang/registry/perf-control';
import { type Registration, registerGang } from '../gang/registry/register';
import { isOwnDescriptor } from '../host/own-descriptor';
import type { Kernel } from '../native/kernel';
import { complain, errorLine } from './console';
import { usage } from './usage-error';

/** A gang that others can see and steer, until it is closed. */
export interface OutsideControl {
  /** Why it cannot be seen or steered, if so: no reason to give up a measurement. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

/** A command that ends sooner than this, in ms, is not listed: nobody could look in time, and starting would take longer. */
const WORTH_LISTING_MS = 50;

/**
 * Lists the gang for `syswide ps` and `syswide ctl`, and takes perf's commands if it was told from where.
 * @param later whether to list it only once it has lived for a while. For counts of tasks: what the listing costs would
 * be part of a system-wide count, so there it is done before
 * @throws SyswideError USAGE when there is nothing to take commands from
 */
export function openToControl(
  kernel: Kernel,
  gang: Controllable,
  perf: PerfControlSpec | undefined,
  later: boolean,
): OutsideControl {
  if (perf?.kind === 'fd') checkGiven(perf);
  const control = perf && PerfControl.open(perf);
  const loop = control && takeCommands(kernel, control, gang);
  let registration: Registration | undefined;
  const register = () => {
    registration = registerGang(kernel, { command: ['syswide', ...process.argv.slice(2)], controllable: gang });
  };
  const timer = later ? setTimeout(register, WORTH_LISTING_MS) : undefined;
  if (!later) register();
  return {
    get notices() {
      return registration?.notice === undefined ? [] : [registration.notice];
    },
    close: async () => {
      clearTimeout(timer);
      registration?.close();
      await loop?.stop();
      control?.close();
    },
  };
}

/** What Node uses itself, nobody sends commands to, and what it tells would be gone. @throws SyswideError USAGE */
function checkGiven({ control, ack }: PerfControlSpec): void {
  const own = [control, ack].find((number) => number !== undefined && isOwnDescriptor(Number(number)));
  if (own === undefined) return;
  const remedy = `open it first, in a shell: exec ${own}<>FIFO`;
  throw usage(`--control fd ${own}`, 'nobody has opened it for syswide, which uses it itself', remedy);
}

function takeCommands(kernel: Kernel, control: PerfControl, gang: Controllable): BackgroundLoop {
  return new BackgroundLoop(kernel, async (wakeup) => {
    const ready = await kernel.wait([control.fd, wakeup]);
    if (ready.includes(control.fd)) obey(control, gang);
    return !control.hasEnded;
  });
}

/** A command that cannot be obeyed gets no ack; the reason goes where a person may see it. */
function obey(control: PerfControl, gang: Controllable): void {
  for (const error of control.onReadable(gang)) complain(errorLine(error));
}
