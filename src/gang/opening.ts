import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { explainOpen, meansGone, meansOffline, meansUnsupported, type OpenContext } from './open-error';
import { type PlannedClone, planGang } from './plan';
import { type OpenMode, type Place, placeName } from './target';
import { givesUpGroup, groupText, withoutGroup } from './weak-group';

/** Says where the records of clones go. What it throws, of clones that were just opened, closes them. */
export interface Connector {
  /** Has them go there, before they count. */
  readonly connect: (clones: readonly OpenClone[]) => void;
  /** The event to whose ring those of a clone go, for who opens it without this; undefined where there is none yet. */
  readonly outputOf: (clone: PlannedClone) => Fd | undefined;
  /** Told of clones whose records go there, before any of these is read. */
  readonly connected: (clones: readonly OpenClone[]) => void;
}

/** What is to be opened, and what may be left out of it. */
export interface OpeningRequest {
  readonly events: readonly ResolvedEvent[];
  readonly places: readonly Place[];
  readonly mode: OpenMode;
  /** True for events whose absence on this machine is no failure; they end up in `missing`. */
  readonly mayMiss: (event: ResolvedEvent) => boolean;
  /** By index into `events`: those that are known beforehand not to be countable, and why. They end up in `missing`. */
  readonly leftOut?: ReadonlyMap<number, SyswideError>;
  /** By index: opens these and no others; absent: all. */
  readonly only?: ReadonlySet<number>;
  /** Whether places may go away while they are opened: threads that end, CPUs that go offline. At least one must stay. */
  readonly placesMayGo: boolean;
  /**
   * Whether weak groups that the kernel refuses are given up; absent: they are. A gang that stands keeps its groups: what
   * is added to it has to be read like the rest.
   */
  readonly groupsMayGo?: boolean;
  /** Of clones that sample. */
  readonly connector?: Connector;
  readonly context: Omit<OpenContext, 'fdsNeeded'>;
}

/** What stands afterwards: every clone open and disabled. */
export interface Opening {
  /** The request's events; groups of which an event is missing are led by the next member, weak ones may be given up. */
  readonly events: readonly ResolvedEvent[];
  readonly clones: readonly OpenClone[];
  /** By index into `events`: those that could not be opened anywhere, and why. */
  readonly missing: ReadonlyMap<number, SyswideError>;
  /** The weak groups that were given up, as written: their events stand alone. */
  readonly dissolved: readonly string[];
}

/** A clone that stands. Its fd is of whoever holds the clone: a gang, once it is its own. */
export interface OpenClone extends PlannedClone {
  readonly fd: Fd;
  /** PERF_EVENT_IOC_ID, of members of groups. */
  readonly id?: bigint;
}

/**
 * Opens every event at every place, or nothing. What the machine does not have and `mayMiss` is left out everywhere,
 * places that go away meanwhile too, weak groups that are refused come apart at every place, and the rest is opened anew:
 * a gang never stands on some of its places only.
 *
 * @throws SyswideError naming event, place, errno, cause and remedy; then nothing is open
 */
export function openClones(kernel: Kernel, request: OpeningRequest): Opening {
  let attempt = withoutUnsupported(kernel, { ...request, missing: request.leftOut ?? new Map(), dissolved: [] });
  for (;;) {
    const { clones, requests } = planGang(attempt.events, attempt.places, attempt.mode, (event) =>
      opens(attempt, event),
    );
    try {
      const fds = kernel.openEvents(requests);
      const { events, missing, dissolved } = attempt;
      const open = clones.map((clone, i) => ({ ...clone, fd: present(fds[i], 'an fd each') }));
      return { events, missing, dissolved, clones: finish(kernel, attempt, open) };
    } catch (error) {
      if (!(error instanceof KernelError) || error.index === undefined) throw error;
      const refused = present(clones[error.index], 'the kernel refused one of the requests');
      attempt = withoutRefused(attempt, refused, error, requests.length);
    }
  }
}

/** A request with what was found missing and given up so far. */
interface Attempt extends OpeningRequest, Pick<Opening, 'missing' | 'dissolved'> {}

const opens = ({ missing, only }: Attempt, event: number): boolean => !missing.has(event) && (only?.has(event) ?? true);

/**
 * Tries the events that may be missing alone at the first place. A refusal among the rest would find it out too, but
 * would open and close all of them each time, for which the kernel rewrites its own code: milliseconds.
 */
function withoutUnsupported(kernel: Kernel, whole: Attempt): Attempt {
  const [place] = whole.places;
  if (place === undefined) return whole;
  return whole.events.reduce((attempt, event, index) => {
    if (event.kind === 'software' || !opens(attempt, index) || !attempt.mayMiss(event)) return attempt;
    const { clones, requests } = planGang(attempt.events, [place], attempt.mode, (other) => other === index);
    try {
      kernel.closeFds(kernel.openEvents(requests));
      return attempt;
    } catch (error) {
      const [refused] = clones;
      if (!(error instanceof KernelError && meansUnsupported(error) && refused)) return attempt;
      return withoutRefused(attempt, refused, error, requests.length);
    }
  }, whole);
}

/** What is left to try after a refusal. @throws SyswideError when the refusal is one that nothing may be left out for */
function withoutRefused(attempt: Attempt, refused: PlannedClone, error: KernelError, fdsNeeded: number): Attempt {
  const event = present(attempt.events[refused.event], 'a clone has an event');
  const places = withoutPlace(attempt, refused.place, error);
  if (places.length > 0) return { ...attempt, places };
  if ((attempt.groupsMayGo ?? true) && givesUpGroup(attempt.events, refused.event, error)) {
    return {
      ...attempt,
      events: withoutGroup(attempt.events, refused.event),
      dissolved: [...attempt.dissolved, groupText(attempt.events, refused.event)],
    };
  }
  const explained = explainOpen(error, event, refused.place, { ...attempt.context, fdsNeeded });
  if (!meansUnsupported(error) || !attempt.mayMiss(event)) throw explained;
  return {
    ...attempt,
    events: withoutLeader(attempt.events, refused.event),
    missing: new Map(attempt.missing).set(refused.event, explained),
  };
}

/** The other places, when one has gone away and that is no failure; none otherwise. */
function withoutPlace({ places, placesMayGo }: Attempt, gone: Place, error: KernelError): Place[] {
  if (!placesMayGo) return [];
  if (meansGone(error)) return places.filter((place) => place.tid !== gone.tid);
  return meansOffline(error) ? places.filter((place) => place.cpu !== gone.cpu) : [];
}

/** Hands the lead of the group of `gone` to its next member. */
function withoutLeader(events: readonly ResolvedEvent[], gone: number): ResolvedEvent[] {
  const heir = events.findIndex((event, index) => index !== gone && event.leader === gone);
  return events.map((event, index) => (index !== gone && event.leader === gone ? { ...event, leader: heir } : event));
}

/** What an event needs between being opened and being enabled: its filter; its id, if it is read with its group. */
function finish(kernel: Kernel, { events, connector }: Attempt, clones: readonly OpenClone[]): OpenClone[] {
  try {
    for (const clone of clones) setFilter(kernel, present(events[clone.event], 'a clone has an event'), clone);
    connector?.connect(clones);
    connector?.connected(clones);
    return identified(kernel, clones);
  } catch (error) {
    kernel.closeFds(clones.map((clone) => clone.fd));
    throw error;
  }
}

/** The clones with the ids by which group reads name them. */
export function identified(kernel: Kernel, clones: readonly OpenClone[]): OpenClone[] {
  const grouped = clones.filter(({ leader }) => leader !== undefined);
  const ids = grouped.length > 0 ? kernel.eventIds(grouped.map((clone) => clone.fd)) : [];
  const idOf = new Map(grouped.map((clone, i) => [clone, present(ids[i], 'an id each')]));
  return clones.map((clone) => {
    const id = idOf.get(clone);
    return id === undefined ? clone : { ...clone, id };
  });
}

/** @throws SyswideError BAD_EVENT; also where the clone has a filter already */
export function setFilter(kernel: Kernel, event: ResolvedEvent, clone: OpenClone): void {
  if (event.filter === undefined) return;
  try {
    kernel.setFilter([clone.fd], event.filter);
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new SyswideError('BAD_EVENT', {
      what: `cannot set the filter '${event.filter}' of ${event.name} on ${placeName(clone.place)}`,
      why: `the kernel refused it (${error.errnoName})`,
      remedy: 'check the field names against the format file of the tracepoint',
      cause: error,
    });
  }
}
