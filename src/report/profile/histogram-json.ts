import type { SortKey } from '../../profile/histogram';
import { type EntryOrder, sortedEntries } from './entry-order';
import { type HistogramSource, KeyTexts } from './key-texts';

/**
 * An event of a recording, and its entries, for scripts. Names are as they are, not made safe for a terminal.
 * @param event its name; of all events together, `null`
 */
export function histogramJson(source: HistogramSource, order: EntryOrder, event: string | null): object {
  const { histogram } = source;
  const texts = new KeyTexts(source);
  return {
    event,
    samples: histogram.count,
    period: histogram.period,
    entries: sortedEntries(source, order, texts).map((entry) => ({
      ...(order.children ? { childrenPercent: percent(histogram.totalOf(entry), histogram.wholeOf(entry)) } : {}),
      percent: percent(histogram.selfOf(entry), histogram.wholeOf(entry)),
      samples: histogram.samplesOf(entry),
      period: histogram.selfOf(entry),
      ...Object.fromEntries(order.keys.map((key) => [keyName(key), texts.value(key, entry)])),
    })),
  };
}

/** What a key is called in documents. */
export const keyName = (key: SortKey): string => (key === 'sym' ? 'symbol' : key);

/** To four digits behind the point. */
const percent = (part: number, whole: number): number => Math.round((whole === 0 ? 0 : part / whole) * 1e6) / 1e4;
