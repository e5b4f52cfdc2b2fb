import type { SortKey } from '../../profile/histogram';
import type { HistogramSource } from './histogram-text';
import { type HistogramView, sortedEntries } from './histogram-text';

/** An event of a recording, and its entries, for scripts. Names are as they are, not made safe for a terminal. */
export function histogramJson(source: HistogramSource, view: HistogramView): object {
  const { histogram } = source;
  return {
    event: view.event,
    samples: histogram.count,
    period: histogram.period,
    entries: sortedEntries(source, view).map((entry) => ({
      ...(view.children ? { childrenPercent: percent(histogram.totalOf(entry), histogram.period) } : {}),
      percent: percent(histogram.selfOf(entry), histogram.period),
      samples: histogram.samplesOf(entry),
      period: histogram.selfOf(entry),
      ...Object.fromEntries(view.keys.map((key) => [keyNames[key], keyValue(source, key, entry)])),
    })),
  };
}

/** What keys are called in documents. */
export const keyNames: Record<SortKey, string> = {
  comm: 'comm',
  pid: 'pid',
  tid: 'tid',
  cpu: 'cpu',
  dso: 'dso',
  sym: 'symbol',
};

function keyValue({ histogram, texts, comms }: HistogramSource, key: SortKey, entry: number): string | number | null {
  const value = histogram.keyOf(entry, key);
  if (key === 'comm') return comms.textOf(value);
  if (key === 'dso') return texts.dsoPath(value);
  if (key === 'sym') return texts.functionName(value) ?? null;
  return value | 0;
}

/** To four digits behind the point. */
const percent = (part: number, whole: number): number => Math.round((whole === 0 ? 0 : part / whole) * 1e6) / 1e4;
