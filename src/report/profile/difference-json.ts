import type { Difference, Share } from '../../profile/difference';
import type { SortKey } from '../../profile/histogram';
import { type DifferenceView, orderedDifferences } from './difference-text';
import { keyName } from './histogram-json';

/** What differs in an event of two recordings, for scripts: docs/schema/syswide.diff-1.json. */
export function differenceJson(differences: readonly Difference[], view: DifferenceView): object {
  return {
    event: view.event,
    entries: orderedDifferences(differences, view).map(({ labels, base, other, delta, chance }) => ({
      ...Object.fromEntries(view.keys.map((key: SortKey, i) => [keyName(key), labels[i] ?? ''])),
      base: shareJson(base),
      new: shareJson(other),
      deltaPercent: rounded(delta * 100),
      chance: Number(chance.toPrecision(4)),
    })),
  };
}

const shareJson = (share: Share | undefined): object | null =>
  share ? { percent: rounded(share.share * 100), samples: share.samples } : null;

/** To four digits behind the point. */
const rounded = (percent: number): number => Math.round(percent * 1e4) / 1e4;
