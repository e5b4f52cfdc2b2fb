import { ClockId } from '../../abi/perf-event';
import { usage } from '../usage-error';

/** perf's names of them. */
const names: Record<string, number> = {
  monotonic: ClockId.monotonic,
  mono: ClockId.monotonic,
  monotonic_raw: ClockId.monotonicRaw,
  raw: ClockId.monotonicRaw,
  realtime: ClockId.realtime,
  real: ClockId.realtime,
  boottime: ClockId.boottime,
  boot: ClockId.boottime,
  tai: ClockId.tai,
};

/**
 * The CLOCK_* of a name or a number.
 * @throws SyswideError USAGE for one that the kernel does not stamp events with
 */
export function clockOf(text: string): number {
  const name = text.toLowerCase().replace(/^clock_/, '');
  const found = names[name] ?? (/^\d{1,3}$/.test(name) ? Number(name) : undefined);
  if (found !== undefined && Object.values<number>(ClockId).includes(found)) return found;
  throw usage(
    `-k '${text}'`,
    'events cannot be stamped with such a clock',
    'write monotonic, monotonic_raw, realtime, boottime or tai',
  );
}
