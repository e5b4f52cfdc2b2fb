import type { ResolvedEvent } from '../../events/resolved-event';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import type { Place } from '../target';
import { countFree, probeRequests } from './probe';
import { type DebugRegisters, isBreakpoint, type SlotKind, slotKind } from './registers';

/** How many debug registers of a kind a request takes at a place. */
export interface SlotDemand {
  readonly place: Place;
  readonly kind: SlotKind;
  readonly need: number;
}

/** A place that has fewer than needed. */
export interface SlotShortage extends SlotDemand {
  readonly free: number;
}

/** What the breakpoints among the events take at each place; nothing where there are none. */
export function slotDemand(
  events: readonly ResolvedEvent[],
  places: readonly Place[],
  registers: DebugRegisters,
): SlotDemand[] {
  const breakpoints = events.filter(isBreakpoint);
  return places.flatMap((place) =>
    registers.kinds.flatMap((kind) => {
      const need = breakpoints.filter(
        (event) => isCounted(event, place) && slotKind(event.attr, registers) === kind,
      ).length;
      return need === 0 ? [] : [{ place, kind, need }];
    }),
  );
}

const isCounted = (event: ResolvedEvent, place: Place): boolean =>
  place.cpu === undefined || event.cpus === undefined || event.cpus.has(place.cpu);

/**
 * The places that cannot meet the demand now; none when all can. As long as all can, the look is one call. A place
 * that is refused for another reason (its CPU is offline, no permission) is not judged: opening will tell it better.
 */
export function findShortages(
  kernel: Kernel,
  demands: readonly SlotDemand[],
  registers: DebugRegisters,
): SlotShortage[] {
  const requests = demands.flatMap(({ place, kind, need }) => probeRequests(place, kind, need, registers));
  try {
    kernel.closeFds(kernel.openEvents(requests));
    return [];
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
  }
  return demands.flatMap((demand) => {
    const free = freeOrUnknown(kernel, demand, registers);
    return free !== undefined && free < demand.need ? [{ ...demand, free }] : [];
  });
}

function freeOrUnknown(kernel: Kernel, { place, kind }: SlotDemand, registers: DebugRegisters): number | undefined {
  try {
    return countFree(kernel, place, kind, registers);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}
