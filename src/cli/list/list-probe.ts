import { constants } from 'node:os';
import { encodeAttr } from '../../abi/attr';
import { present } from '../../base/assert';
import { SyswideError } from '../../base/error';
import { tid } from '../../base/units';
import type { ListedEvent } from '../../events/catalogue/listed-event';
import { parseEvents } from '../../events/parse';
import { resolveEvents } from '../../events/resolve-events';
import type { ResolvedEvent } from '../../events/resolved-event';
import { restrictToUser } from '../../events/user-only';
import { explainOpen } from '../../gang/open-error';
import { refusalContext } from '../../gang/refusal-context';
import { type Place, placeName } from '../../gang/target';
import type { Host } from '../../host/host';
import type { Kernel, OpenRequest } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import type { ProbeOutcome } from '../../report/list-entry';

/** Events opened at once: few enough for any limit of open files, enough to make one call of many. */
const BATCH = 64;

const refused = (reason: string): ProbeOutcome => ({ countable: false, reason });

/** One event that is to be opened, somewhere. */
interface Trial {
  readonly event: ResolvedEvent;
  readonly place: Place;
  readonly request: OpenRequest;
  readonly userOnly: boolean;
}

/** Finds out whether events can be counted by this user, by opening them disabled and closing them at once. */
export class EventProbe {
  readonly #place: Place;

  constructor(
    private readonly kernel: Kernel,
    private readonly host: Host,
  ) {
    const cpu = host.privileges.mayCountCpuWide.allowed ? host.cpus().online.first : undefined;
    // This thread: what a user can always count, if anything.
    this.#place = cpu === undefined ? { tid: tid(0) } : { cpu };
  }

  /** The outcome of each event, in their order; undefined for patterns, which are no events yet. */
  outcomes(events: readonly ListedEvent[]): (ProbeOutcome | undefined)[] {
    const outcomes = new Map<ListedEvent, ProbeOutcome>();
    const trials: [ListedEvent, Trial][] = [];
    for (const event of events) {
      if (event.isPattern) continue;
      const planned = this.#plan(event);
      if ('request' in planned) trials.push([event, planned]);
      else outcomes.set(event, planned);
    }
    for (let i = 0; i < trials.length; i += BATCH) this.#open(trials.slice(i, i + BATCH), outcomes);
    return events.map((event) => outcomes.get(event));
  }

  /** What is to be opened, or why that is not even tried. On a hybrid machine, the first kind of core stands for all. */
  #plan(listed: ListedEvent): Trial | ProbeOutcome {
    try {
      const [event] = resolveEvents(parseEvents(listed.name), this.host);
      if (event === undefined) return refused('it stands for no event here');
      if (event.tool) return { countable: true, reason: 'syswide counts it itself' };
      return this.#trial(event);
    } catch (error) {
      if (error instanceof SyswideError) return refused(error.why);
      throw error;
    }
  }

  #trial(asked: ResolvedEvent): Trial | ProbeOutcome {
    const { mayCountKernel } = this.host.privileges;
    const restricted = mayCountKernel.allowed ? { outcome: 'unchanged' as const, event: asked } : restrictToUser(asked);
    if (restricted.outcome === 'always zero') return refused(`${restricted.why.one}, and ${mayCountKernel.reason}`);
    const { event } = restricted;
    const place = this.#placeFor(event);
    const attr = encodeAttr({ ...event.attr, flags: { ...event.attr.flags, disabled: true } });
    const request = { attr, pid: place.tid ?? -1, cpu: place.cpu ?? -1 };
    return { event, place, request, userOnly: restricted.outcome === 'narrowed' };
  }

  /** An event that is restricted to some CPUs is opened on the first of them. */
  #placeFor({ cpus }: ResolvedEvent): Place {
    if (cpus === undefined || this.#place.cpu === undefined || cpus.has(this.#place.cpu)) return this.#place;
    const cpu = cpus.intersect(this.host.cpus().online).first;
    return cpu === undefined ? this.#place : { cpu };
  }

  /** One call opens them up to the first that is refused; the next one goes on behind it. */
  #open(trials: readonly [ListedEvent, Trial][], outcomes: Map<ListedEvent, ProbeOutcome>): void {
    for (let from = 0; from < trials.length; ) {
      const rest = trials.slice(from);
      const refusal = this.#refusal(rest.map(([, trial]) => trial));
      const opened = refusal?.index ?? rest.length;
      for (const [event, { place, userOnly }] of rest.slice(0, opened)) outcomes.set(event, accepted(place, userOnly));
      from += opened;
      // Too many at once is no fault of the event at which it was noticed.
      if (refusal === undefined || (outOfFiles(refusal.error) && opened > 0)) continue;
      const [event, trial] = present(rest[opened], 'the kernel refused one of the requests');
      outcomes.set(event, refused(this.#explain(refusal.error, trial)));
      from += 1;
    }
  }

  /** The first of them that is refused. Nothing stays open. */
  #refusal(trials: readonly Trial[]): { index: number; error: KernelError } | undefined {
    try {
      this.kernel.closeFds(this.kernel.openEvents(trials.map(({ request }) => request)));
      return undefined;
    } catch (error) {
      if (error instanceof KernelError && error.index !== undefined) return { index: error.index, error };
      throw error;
    }
  }

  #explain(error: KernelError, { event, place }: Trial): string {
    return explainOpen(error, event, place, { ...refusalContext(this.host), fdsNeeded: 1 }).why;
  }
}

const outOfFiles = ({ errno }: KernelError): boolean =>
  errno === constants.errno.EMFILE || errno === constants.errno.ENFILE;

const accepted = (place: Place, userOnly: boolean): ProbeOutcome => ({
  countable: true,
  reason: userOnly
    ? 'in user space only (:u)'
    : `opened on ${place.tid === undefined ? placeName(place) : 'a task of this user'}`,
});
