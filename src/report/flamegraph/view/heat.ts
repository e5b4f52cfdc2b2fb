import type { FlameData } from './flame-data';
import { type Selection, selected } from './selection';

/** Samples by CPU and stretch of time, of the recording that is drawn. */
export interface Heat {
  readonly bins: number;
  /** By CPU, and in it by stretch. */
  readonly counts: Float64Array;
  readonly most: number;
}

/** @param selection of which time and CPUs are left aside: the map shows all of them */
export function heat(data: FlameData, { event, pid, tid }: Selection, bins: number): Heat {
  const isSelected = selected(data, {
    ...(event === undefined ? {} : { event }),
    ...(pid === undefined ? {} : { pid }),
    ...(tid === undefined ? {} : { tid }),
  });
  const counts = new Float64Array(bins * data.meta.cpus.length);
  let most = 0;
  const last = data.meta.recordings.length - 1;
  for (let i = 0; i < data.time.length; i += 1) {
    if (data.side[i] !== last || !isSelected(i)) continue;
    const at = (data.cpu[i] ?? 0) * bins + binOf(data.time[i] ?? 0, data.meta.duration, bins);
    const count = (counts[at] ?? 0) + 1;
    counts[at] = count;
    if (count > most) most = count;
  }
  return { bins, counts, most };
}

const binOf = (time: number, duration: number, bins: number): number =>
  duration <= 0 ? 0 : Math.min(bins - 1, Math.floor((time / duration) * bins));

/** `12.345678901`, exactly: as `syswide report --time` takes it. */
export function secondsText(nanoseconds: number): string {
  const digits = BigInt(Math.round(nanoseconds)).toString().padStart(10, '0');
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}
