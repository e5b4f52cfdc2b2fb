import { present } from '../base/assert';
import type { SyswideError } from '../base/error';
import { elapsed, type Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { Gang } from '../gang/gang';
import type { OpenContext } from '../gang/open-error';
import type { Target } from '../gang/target';
import type { MeasuredCommand } from '../host/measured-command';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { aggregate } from './event-count';
import type { StatResult, Subject } from './stat-result';

/** What one run of `stat` is to count, where, and until when. */
export interface MeasureRequest {
  readonly subject: Subject;
  readonly events: readonly ResolvedEvent[];
  /** Events that nobody asked for by name: where they are missing, they are not listed. */
  readonly unasked: ReadonlySet<ResolvedEvent>;
  /** By index: events that are known beforehand not to be countable, and why. */
  readonly leftOut: ReadonlyMap<number, SyswideError>;
  /** Whether events that were asked for by name may be missing too, and are listed as `<not supported>`. */
  readonly allowMissing: boolean;
  readonly target: Target;
  readonly permission: OpenContext['permission'];
  readonly fdLimit: OpenContext['fdLimit'];
  /** Runs while it is counted, and ends the measurement. Already at its gate; stays the caller's. */
  readonly command?: MeasuredCommand;
  /** Processes whose end, all of them, ends a measurement without a command. Stay the caller's. */
  readonly until: readonly Fd[];
  readonly notices: readonly string[];
}

/** Whether the terminal sends Ctrl-C to the command by itself. */
export type HearsTerminal = () => boolean;

/**
 * Counts once: opens the gang, arms it, lets the command go, waits in one blocking call, reads, and closes everything.
 *
 * @throws SyswideError when the gang or the command cannot be started; nothing is left open then
 */
export async function measure(
  kernel: Kernel,
  request: MeasureRequest,
  interruption: Interruption,
  hearsTerminal: HearsTerminal,
): Promise<StatResult> {
  const { command } = request;
  const gang = Gang.open(kernel, {
    events: request.events,
    target: request.target,
    mayMiss: (event) => request.allowMissing || request.unasked.has(event),
    leftOut: request.leftOut,
    context: request,
  });
  try {
    const armed = startsAtExec(request.target) ? undefined : gang.arm();
    const start = command?.release() ?? present(armed, 'without a command, counting starts at once').end;
    if (command) await command.end(interruption, hearsTerminal);
    else await processesEnd(kernel, request.until, interruption);
    const reading = gang.read();
    const exit = command?.reap();
    return {
      subject: request.subject,
      ...(command ? { command: command.argv } : {}),
      counts: aggregate(gang.events, reading.readings, gang.missing),
      unlisted: new Set(gang.events.filter((event, i) => gang.missing.has(i) && request.unasked.has(event))),
      elapsed: elapsed(start, reading.begin),
      ...(exit ? { exit } : {}),
      ...(gang.armSpan ? { armSpan: gang.armSpan } : {}),
      notices: [...request.notices, ...missingNotice(gang, request)],
    };
  } finally {
    gang.close();
  }
}

const startsAtExec = (target: Target): boolean => target.kind === 'tasks' && target.enableOnExec;

/** Waits until all of them have ended, or for an interruption; without any, only for that. */
async function processesEnd(kernel: Kernel, pidfds: readonly Fd[], interruption: Interruption): Promise<void> {
  let running = [...pidfds];
  do {
    const ready = await kernel.wait([...running, interruption.fd]);
    if (ready.includes(interruption.fd)) return;
    running = running.filter((pidfd) => !ready.includes(pidfd));
  } while (running.length > 0);
}

/** One line for all of the default events that this machine does not have. */
function missingNotice(gang: Gang, request: MeasureRequest): string[] {
  const missing = gang.events.filter(
    (event, i) => gang.missing.has(i) && !request.leftOut.has(i) && request.unasked.has(event),
  );
  const names = missing.map((event) => event.name).join(', ');
  return missing.length === 0 ? [] : [`no hardware counters here for ${names}`];
}
