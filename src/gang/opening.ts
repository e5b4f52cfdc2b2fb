import { present } from '../base/assert';
import type { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { explainOpen, meansGone, meansUnsupported, type OpenContext } from './open-error';
import { type PlannedClone, planGang } from './plan';
import type { Target } from './target';

/** What a gang is asked to count. */
export interface GangRequest {
  readonly events: readonly ResolvedEvent[];
  readonly target: Target;
  /** True for events whose absence on this machine is no failure; they end up in `missing`. */
  readonly mayMiss: (event: ResolvedEvent) => boolean;
  /** By index into `events`: those that are known beforehand not to be countable, and why. They end up in `missing`. */
  readonly leftOut?: ReadonlyMap<number, SyswideError>;
  readonly context: Omit<OpenContext, 'fdsNeeded'>;
}

/** A gang that stands: every clone open and disabled. */
export interface Opening {
  /** The request's events; groups of which an event is missing are led by the next member. */
  readonly events: readonly ResolvedEvent[];
  readonly clones: readonly OpenClone[];
  /** By index into `events`: those that could not be opened anywhere, and why. */
  readonly missing: ReadonlyMap<number, SyswideError>;
}

export interface OpenClone extends PlannedClone {
  readonly fd: Fd;
}

/**
 * Opens every clone of a gang, or none. What the machine does not have and `mayMiss` is left out everywhere, threads
 * that end meanwhile too, and the rest is opened anew: a gang never stands on some of its places only.
 *
 * @throws SyswideError naming event, place, errno, cause and remedy; then nothing is open
 */
export function openClones(kernel: Kernel, request: GangRequest): Opening {
  let attempt: Attempt = { ...request, missing: request.leftOut ?? new Map() };
  for (;;) {
    const { clones, requests } = planGang(attempt.events, attempt.target, attempt.missing);
    try {
      const fds = kernel.openEvents(requests);
      const { events, missing } = attempt;
      return { events, missing, clones: clones.map((clone, i) => ({ ...clone, fd: present(fds[i], 'an fd each') })) };
    } catch (error) {
      if (!(error instanceof KernelError) || error.index === undefined) throw error;
      const refused = present(clones[error.index], 'the kernel refused one of the requests');
      attempt = withoutRefused(attempt, refused, error, requests.length);
    }
  }
}

/** A request with what was found missing so far. */
interface Attempt extends GangRequest {
  readonly missing: ReadonlyMap<number, SyswideError>;
}

/** What is left to try after a refusal. @throws SyswideError when the refusal is one that nothing may be left out for */
function withoutRefused(attempt: Attempt, refused: PlannedClone, error: KernelError, fdsNeeded: number): Attempt {
  const event = present(attempt.events[refused.event], 'a clone has an event');
  const target = meansGone(error) ? withoutTask(attempt.target, refused.place.tid) : undefined;
  if (target) return { ...attempt, target };
  const explained = explainOpen(error, event, refused.place, { ...attempt.context, fdsNeeded });
  if (!meansUnsupported(error) || !attempt.mayMiss(event)) throw explained;
  return {
    ...attempt,
    events: withoutLeader(attempt.events, refused.event),
    missing: new Map(attempt.missing).set(refused.event, explained),
  };
}

/** The target without a thread that has ended; undefined when that leaves none. */
function withoutTask(target: Target, gone: number | undefined): Target | undefined {
  if (target.kind !== 'tasks' || target.tids.length < 2) return undefined;
  return { ...target, tids: target.tids.filter((tid) => tid !== gone) };
}

/** Hands the lead of the group of `gone` to its next member. */
function withoutLeader(events: readonly ResolvedEvent[], gone: number): ResolvedEvent[] {
  const heir = events.findIndex((event, index) => index !== gone && event.leader === gone);
  return events.map((event, index) => (index !== gone && event.leader === gone ? { ...event, leader: heir } : event));
}
