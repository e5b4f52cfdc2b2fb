import type { Shares } from '../../profile/difference';
import type { SortKey } from '../../profile/histogram';
import { type HistogramSource, KeyTexts } from './key-texts';

/** The entries of a histogram by their texts, to be found in another recording. */
export function sharesOf(source: HistogramSource, keys: readonly SortKey[]): Shares {
  const { histogram } = source;
  const texts = new KeyTexts(source);
  const entries = Array.from({ length: histogram.size }, (_, entry) => ({
    labels: keys.map((key) => texts.text(key, entry).trimStart()),
    share: histogram.period === 0 ? 0 : histogram.selfOf(entry) / histogram.period,
    samples: histogram.samplesOf(entry),
  }));
  return { entries: merged(entries), samples: histogram.count };
}

/** Those that look the same are one: functions of one name in programs of one name. */
function merged(entries: Shares['entries']): Shares['entries'] {
  const byText = new Map<string, Shares['entries'][number]>();
  for (const entry of entries) {
    const text = entry.labels.join('\0');
    const known = byText.get(text);
    byText.set(
      text,
      known ? { ...known, share: known.share + entry.share, samples: known.samples + entry.samples } : entry,
    );
  }
  return [...byText.values()];
}
