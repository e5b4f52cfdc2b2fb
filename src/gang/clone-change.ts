import { type EncodedAttr, encodeAttr } from '../abi/attr';
import { PerfType } from '../abi/perf-event';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import { isSampledByTimer } from '../events/sampling';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { OpenClone } from './opening';
import { attrFor } from './plan';
import type { OpenMode } from './target';
import { placeName } from './target';
import type { UndoStack } from './undo';

/** The clones of a gang that is to be changed. */
export interface LiveClones {
  readonly kernel: Kernel;
  readonly clones: readonly OpenClone[];
  readonly isCounting: boolean;
  readonly mode: OpenMode;
}

/**
 * Changes the breakpoint or the period of every clone of one event in place. What has been changed goes on the undo stack,
 * clone by clone, because the kernel offers no more than that.
 *
 * @param events the gang's events as they are
 * @param index which of them
 * @param changed what it is to be
 * @throws SyswideError naming the clone that refused
 */
export function changeClones(
  live: LiveClones,
  undo: UndoStack,
  events: readonly ResolvedEvent[],
  index: number,
  changed: ResolvedEvent,
): void {
  const before = present(events[index], 'an event of the gang');
  if (before === changed) return;
  const { kernel } = live;
  const own = live.clones.filter((clone) => clone.event === index);
  const each = (what: string, change: (clone: OpenClone) => void, revert: (clone: OpenClone) => void) => {
    for (const clone of own) {
      undo.take(
        () => refusable(`cannot set the ${what} of ${before.name} on ${placeName(clone.place)}`, () => change(clone)),
        () => revert(clone),
      );
    }
  };
  if (before.attr.type === PerfType.breakpoint) {
    const attrOf = (event: ResolvedEvent) => breakpointAttr(live, events, index, event);
    const [old, wanted] = [attrOf(before), attrOf(changed)];
    each(
      'breakpoint',
      (clone) => moveBreakpoint(live, clone, wanted),
      (clone) => moveBreakpoint(live, clone, old),
    );
  }
  const [period, oldPeriod] = [changed.attr.samplePeriod, before.attr.samplePeriod];
  if (period !== undefined && oldPeriod !== undefined && period !== oldPeriod) {
    each(
      'period',
      ({ fd }) => kernel.setPeriod([fd], period),
      ({ fd }) => kernel.setPeriod([fd], oldPeriod),
    );
  }
}

/**
 * The events that cannot be changed in place: the kernel sets a filter once (EEXIST), takes the period of what is sampled by
 * frequency for a frequency, and does not tell that of a clock in its samples. The members of a group are opened
 * together, so they come along; of those that only share their reads, one leaves the others alone unless it leads them.
 */
export function eventsToReopen(
  events: readonly ResolvedEvent[],
  changed: readonly ResolvedEvent[],
  clones: readonly OpenClone[],
): Set<number> {
  const anew = events.flatMap((event, i) => (staysOpen(event, changed[i] ?? event) ? [] : [i]));
  const groups = new Set(anew.flatMap((i) => events[i]?.leader ?? []));
  const mates = events.flatMap(({ leader }, i) => (leader !== undefined && groups.has(leader) ? [i] : []));
  const led = clones.flatMap(({ event, leader }) => (leader !== undefined && anew.includes(leader) ? [event] : []));
  return new Set([...anew, ...mates, ...led]);
}

const staysOpen = (before: ResolvedEvent, after: ResolvedEvent): boolean =>
  before.filter === after.filter && keepsItsRate(before, after);

/** Whether another period, if it has one, can be set where it stands. */
function keepsItsRate(before: ResolvedEvent, after: ResolvedEvent): boolean {
  if (before.attr.flags?.freq !== after.attr.flags?.freq) return false;
  return !isSampledByTimer(before) || before.attr.samplePeriod === after.attr.samplePeriod;
}

/**
 * The events that get a filter where they stand, once for all: of what children inherit. Those that run have clones that
 * only the kernel knows, which take the filter of what is open, and would be lost with it.
 * Source: perf_tp_filter_match() in kernel/events/core.c.
 * @throws SyswideError CONTROL_FAILED where one has a filter, or would have to be opened anew for another reason
 */
export function eventsToFilter(events: readonly ResolvedEvent[], changed: readonly ResolvedEvent[]): Set<number> {
  const anew = events.find((event, i) => !keepsItsRate(event, changed[i] ?? event));
  if (anew)
    throw inherited(
      `the period of ${anew.name}`,
      'it takes new events, which what was started meanwhile does not have',
    );
  const refiltered = events.flatMap((event, i) => (event.filter === changed[i]?.filter ? [] : [i]));
  const filtered = refiltered.find((i) => events[i]?.filter !== undefined);
  if (filtered === undefined) return new Set(refiltered);
  throw inherited(
    `the filter of ${events[filtered]?.name}`,
    'the kernel sets a filter once, and what was started meanwhile would not be counted with another one',
  );
}

const inherited = (what: string, why: string): SyswideError =>
  new SyswideError('CONTROL_FAILED', {
    what: `cannot change ${what}`,
    why,
    remedy: 'leave children out with -i, count whole CPUs with -a, or say it at the start',
  });

/**
 * The kernel takes the new address, length and type only together with everything else as it was, and leaves the event
 * off if the attr says `disabled`, which that of a member never does.
 */
function breakpointAttr(
  { isCounting, mode }: LiveClones,
  events: readonly ResolvedEvent[],
  index: number,
  event: ResolvedEvent,
): EncodedAttr {
  const attr = attrFor(events, event, index, mode);
  return encodeAttr({ ...attr, flags: { ...attr.flags, disabled: attr.flags?.disabled === true && !isCounting } });
}

/** A refused breakpoint is left disabled by the kernel: it has to be set going again. */
function moveBreakpoint({ kernel, clones, isCounting }: LiveClones, clone: OpenClone, attr: EncodedAttr): void {
  const leader = clones.find((one) => one.event === clone.leader && one.place === clone.place);
  const isMember = leader !== undefined && leader !== clone;
  try {
    kernel.modifyEvents([clone.fd], attr);
  } catch (error) {
    if (isCounting || isMember) kernel.controlEvents([clone.fd], 'enable');
    throw error;
  } finally {
    if (isMember && isCounting) restart(kernel, leader.fd);
  }
}

/** The kernel puts a member that was off back on with its group only: see sw_control_many(). */
function restart(kernel: Kernel, leader: Fd): void {
  kernel.controlEvents([leader], 'disable');
  kernel.controlEvents([leader], 'enable');
}

function refusable(what: string, change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw new SyswideError('CONTROL_FAILED', {
      what,
      why: `the kernel refused it (${error.errnoName})`,
      remedy: 'nothing was changed; check the value',
      cause: error,
    });
  }
}
