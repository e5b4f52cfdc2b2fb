import { durationText } from '../../base/duration';
import { SyswideError } from '../../base/error';
import { type Nanoseconds, pid } from '../../base/units';
import { CpuMask } from '../../host/cpu-mask';
import type { HostFiles } from '../../host/host-files';
import { describePerfHolders, findPerfHolders, type PerfHolders } from '../../host/perf-holders';
import type { Kernel } from '../../native/kernel';
import { type Place, placeName } from '../target';
import type { SlotShortage } from './demand';
import type { DebugRegisters } from './registers';
import { findTracees, type Tracee } from './tracees';

/** Who may hold debug registers, as far as this user can see. The kernel tells of no register who has it. */
export interface SlotHolders {
  readonly perf: PerfHolders;
  readonly tracees: readonly Tracee[];
}

/** Looks through all processes, which takes milliseconds: for errors and listings. Hold the host's lock. */
export const findSlotHolders = (kernel: Kernel, files: HostFiles, registers: DebugRegisters): SlotHolders => ({
  perf: findPerfHolders(files),
  tracees: findTracees(kernel, files, registers),
});

/** What is known of a request that did not get its debug registers. */
export interface NoSlot {
  /** The names of the breakpoints asked for. */
  readonly names: readonly string[];
  /** None when all was free again at the second look. */
  readonly shortages: readonly SlotShortage[];
  readonly holders: SlotHolders;
  /** How long it was tried; undefined when it was not to wait. */
  readonly waited?: Nanoseconds;
  /** A signal or a control command ended the wait. */
  readonly interrupted?: boolean;
  readonly cause?: unknown;
}

/** `cannot watch mem:0x1000:w — cpu1 has 0 of 4 free; perf events are held by 4711 gdb (4) — …` */
export function noSlotError(noSlot: NoSlot, registers: DebugRegisters): SyswideError {
  const { shortages, waited, interrupted } = noSlot;
  const isTooMuch = exceeds(shortages, registers);
  const patience =
    waited === undefined ? [] : [`waited ${durationText(waited)} in vain${interrupted ? ', until interrupted' : ''}`];
  return new SyswideError('NO_SLOT', {
    what: `cannot watch ${named(noSlot.names)}`,
    // What takes more than there are would not fit in either without the others.
    why: [
      shortageText(shortages, registers),
      ...(isTooMuch ? [] : [holdersText(noSlot.holders, shortages)]),
      ...patience,
    ].join('; '),
    remedy: isTooMuch
      ? `watch at most ${registers.total} addresses at a time`
      : `end what holds them, watch fewer addresses, or wait with --wait-slots ${waited === undefined ? '10s' : 'for longer'}`,
    ...(noSlot.cause === undefined ? {} : { cause: noSlot.cause }),
  });
}

/** True when the request can never be met, whatever the others do. */
export const exceeds = (demands: readonly { readonly need: number }[], { total }: DebugRegisters): boolean =>
  total !== undefined && demands.some(({ need }) => need > total);

const MOST_NAMED = 4;

function named(names: readonly string[]): string {
  const shown = names.slice(0, MOST_NAMED).join(', ');
  return names.length > MOST_NAMED ? `${shown} and ${names.length - MOST_NAMED} more` : shown;
}

/** `it takes 2 debug registers, and CPUs 0-3 have 0 of 4 free, cpu5 has 1 of 4 free`. */
function shortageText(shortages: readonly SlotShortage[], { total }: DebugRegisters): string {
  if (shortages.length === 0) return 'somebody else took the last free debug register a moment ago';
  const of = total === undefined ? '' : ` of ${total}`;
  const placesOf = new Map<string, Place[]>();
  for (const { free, kind, place } of shortages) {
    const alike = `${free}${of}${kind === 'any' ? '' : ` ${kind} registers`} free`;
    placesOf.set(alike, [...(placesOf.get(alike) ?? []), place]);
  }
  const parts = [...placesOf].map(
    ([free, places]) => `${placesText(places)} ${places.length === 1 ? 'has' : 'have'} ${free}`,
  );
  const need = Math.max(...shortages.map((shortage) => shortage.need));
  return `${need === 1 ? '' : `it takes ${need} debug registers, and `}${parts.join(', ')}`;
}

function placesText(places: readonly Place[]): string {
  const cpus = places.flatMap(({ cpu, tid }) => (cpu === undefined || tid !== undefined ? [] : [cpu]));
  return places.length > 1 && cpus.length === places.length ? `CPUs ${CpuMask.of(cpus)}` : named(places.map(placeName));
}

/** Which of the tracees may be to blame: those that have breakpoints, or may have. */
function holdersText({ perf, tracees }: SlotHolders, shortages: readonly SlotShortage[]): string {
  const suspects = shortages.length === 0 ? [] : tracees.filter(({ breakpoints }) => breakpoints !== 0);
  const traced = suspects.slice(0, MOST_NAMED).map(({ breakpoints, ...task }) => {
    const holds = breakpoints === undefined ? 'may have breakpoints' : `has ${breakpoints}`;
    return `${task.pid} ${task.comm}, traced by ${task.tracer} ${task.tracerComm}, ${holds}`;
  });
  // With a debugger found guilty, "no other process is seen to hold perf events" would only confuse.
  const guilty = suspects.some(({ breakpoints }) => breakpoints !== undefined);
  const own = pid(process.pid);
  return [
    ...(guilty && perf.holders.every((holder) => holder.pid === own) ? [] : [describePerfHolders(perf, { own })]),
    ...traced,
  ].join('; ');
}
