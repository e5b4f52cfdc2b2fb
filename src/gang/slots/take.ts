import { SyswideError } from '../../base/error';
import { elapsed, monotonicTime, type Nanoseconds } from '../../base/units';
import type { ResolvedEvent } from '../../events/resolved-event';
import type { HostFiles } from '../../host/host-files';
import type { Interruption } from '../../native/interruption';
import type { Kernel } from '../../native/kernel';
import type { Place } from '../target';
import { checkBreakpoint } from './breakpoint-check';
import { findShortages, type SlotDemand, type SlotShortage, slotDemand } from './demand';
import { breakpointsAreHit } from './hits';
import { exceeds, findSlotHolders, noSlotError } from './no-slot';
import { type DebugRegisters, debugRegisters, isBreakpoint } from './registers';
import { SlotWait } from './slot-wait';

/** The breakpoints that are to be opened, among other events, and where. */
export interface SlotRequest {
  readonly events: readonly ResolvedEvent[];
  readonly places: readonly Place[];
}

/** What a request for debug registers works with. */
export interface SlotMachine {
  readonly kernel: Kernel;
  readonly files: HostFiles;
  /** Runs an action while no other syswide process of the host opens or probes breakpoints. */
  readonly lock: HostLock;
  readonly registers?: DebugRegisters;
  /** CLOCK_MONOTONIC; tests bring their own. */
  readonly now?: () => bigint;
}

/** As `HostWideLock.run`. */
export type HostLock = <T>(action: () => T) => T | Promise<T>;

/** Whether to wait for debug registers that others hold. */
export interface TakeOptions {
  /** How long to wait until the request fits; not at all by default. */
  readonly wait?: Nanoseconds | undefined;
  /** Ends the wait. */
  readonly interruption?: Interruption | undefined;
}

/**
 * Opens events whose breakpoints need debug registers, as soon as there are enough of them on every place. Validates
 * them first, then looks and opens under the host's lock, so that of two syswide processes one gets all and the other
 * nothing. Events without breakpoints are opened at once, and without the lock.
 *
 * @param open what opens them, all or nothing, and throws `NO_SLOT` on ENOSPC: others than syswide may be quicker. Told
 * whether breakpoints are hit here, where there are some and that is known
 * @throws SyswideError NO_SLOT saying who has how many, and how long it waited; BAD_EVENT, NOT_SUPPORTED; whatever
 * `open` throws
 */
export async function takeSlots<T>(
  machine: SlotMachine,
  request: SlotRequest,
  open: (areHit?: boolean) => T,
  { wait, interruption }: TakeOptions = {},
): Promise<T> {
  const { registers = debugRegisters(), now = process.hrtime.bigint } = machine;
  const breakpoints = request.events.filter(isBreakpoint);
  if (breakpoints.length === 0) return open();
  checkBreakpoints(breakpoints, machine.files, registers);
  const demand = slotDemand(breakpoints, request.places, registers);
  const begin = monotonicTime(now());
  const slotWait = new SlotWait(machine.kernel, wait, interruption, now);
  for (;;) {
    const attempt = await machine.lock(() => tryOpen(machine.kernel, demand, registers, open));
    if ('opened' in attempt) return attempt.opened;
    const isHopeless = exceeds(demand, registers);
    if (!isHopeless && (await slotWait.sleep())) continue;
    const holders = await machine.lock(() => findSlotHolders(machine.kernel, machine.files, registers));
    const waited = wait === undefined || isHopeless ? {} : { waited: elapsed(begin, monotonicTime(now())) };
    const names = breakpoints.map(({ name }) => name);
    throw noSlotError({ ...attempt, ...waited, names, holders, interrupted: slotWait.interrupted }, registers);
  }
}

/**
 * The preflight alone: whether these breakpoints could be opened now. Hold the host's lock. Another may be quicker
 * all the same, so whoever wants to open them calls `takeSlots`.
 * @throws SyswideError as `takeSlots` does
 */
export function checkSlots(machine: Omit<SlotMachine, 'lock'>, request: SlotRequest): void {
  const { kernel, files, registers = debugRegisters() } = machine;
  const breakpoints = request.events.filter(isBreakpoint);
  checkBreakpoints(breakpoints, files, registers);
  const shortages = findShortages(kernel, slotDemand(breakpoints, request.places, registers), registers);
  if (shortages.length === 0) return;
  const names = breakpoints.map(({ name }) => name);
  throw noSlotError({ names, shortages, holders: findSlotHolders(kernel, files, registers) }, registers);
}

/** Why a breakpoint that was already open elsewhere, or took part in no preflight, got ENOSPC at a place. */
export function explainNoSlot(machine: Omit<SlotMachine, 'lock'>, event: ResolvedEvent, place: Place): SyswideError {
  const { kernel, files, registers = debugRegisters() } = machine;
  const shortages = findShortages(kernel, slotDemand([event], [place], registers), registers);
  const holders = findSlotHolders(kernel, files, registers);
  return noSlotError({ names: [event.name], shortages, holders }, registers);
}

function checkBreakpoints(breakpoints: readonly ResolvedEvent[], files: HostFiles, registers: DebugRegisters): void {
  const place = { files, architecture: registers.architecture };
  for (const { name, attr, loadedFrom } of breakpoints) checkBreakpoint(name, attr, place, loadedFrom?.isFixed ?? true);
}

type Attempt<T> = { readonly opened: T } | { readonly shortages: readonly SlotShortage[]; readonly cause?: unknown };

function tryOpen<T>(
  kernel: Kernel,
  demand: readonly SlotDemand[],
  registers: DebugRegisters,
  open: (areHit?: boolean) => T,
): Attempt<T> {
  const shortages = findShortages(kernel, demand, registers);
  if (shortages.length > 0) return { shortages };
  try {
    return { opened: open(breakpointsAreHit(kernel)) };
  } catch (error) {
    if (!(error instanceof SyswideError) || error.code !== 'NO_SLOT') throw error;
    return { shortages: findShortages(kernel, demand, registers), cause: error };
  }
}
