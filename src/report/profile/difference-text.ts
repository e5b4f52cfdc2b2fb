import { visible } from '../../base/safe-text';
import type { Difference } from '../../profile/difference';
import type { SortKey } from '../../profile/histogram';
import { columnTitles } from './histogram-columns';
import { twoDigits } from './percent';

/** What is compared: by how much a share grew, or times how much. */
export type Computed = 'delta' | 'delta-abs' | 'ratio';

/** How differences are shown. */
export interface DifferenceView {
  readonly event: string;
  readonly keys: readonly SortKey[];
  readonly computed: Computed;
  /** Only what the base has, too. */
  readonly baselineOnly: boolean;
  readonly isQuiet: boolean;
}

/** Below that share of chance, a difference is called so. */
const [SURE, LIKELY] = [0.01, 0.05];

/** perf's titles and widths of what is computed. */
const titles: Record<Computed, string> = { delta: '  Delta', 'delta-abs': 'Delta Abs', ratio: '         Ratio' };

/** What differs between two recordings, the largest difference first: perf diff's text, and how sure each difference is. */
export function* differenceText(differences: readonly Difference[], view: DifferenceView): Generator<string> {
  const shown = orderedDifferences(differences, view);
  const widths = view.keys.map((key, i) =>
    shown.reduce((width, { labels }) => Math.max(width, labels[i]?.length ?? 0), columnTitles[key].length),
  );
  const title = titles[view.computed];
  if (!view.isQuiet) {
    yield `# Event '${visible(view.event)}'\n#\n`;
    const names = view.keys.map((key, i) => columnTitles[key].padEnd(widths[i] ?? 0));
    yield `# ${['Baseline', title, 'Sure  ', ...names].join('  ')}\n`;
    const dots = [8, title.length, 6, ...widths].map((width) => '.'.repeat(width));
    yield `# ${dots.join('  ')}\n#\n`;
  }
  for (const difference of shown) {
    const { base, labels, chance } = difference;
    const columns = [
      (base ? percent(base.share) : '').padStart(10),
      computedText(difference, view.computed).padStart(title.length),
      (chance < SURE ? 'sure' : chance < LIKELY ? 'likely' : '').padEnd(6),
      ...labels.map((label, i) => label.padEnd(widths[i] ?? 0)),
    ];
    yield `${columns.join('  ').trimEnd()}\n`;
  }
  yield '\n';
}

/** Those that are shown, in order: the largest first; of equal ones the larger share, then by their texts. */
export function orderedDifferences(differences: readonly Difference[], view: DifferenceView): Difference[] {
  const weight = (one: Difference): number => {
    if (view.computed === 'delta-abs') return Math.abs(one.delta);
    return view.computed === 'delta' ? one.delta : (ratioOf(one) ?? -1);
  };
  const share = ({ base, other }: Difference): number => Math.max(base?.share ?? 0, other?.share ?? 0);
  return differences
    .filter(({ base }) => base !== undefined || !view.baselineOnly)
    .sort((a, b) => weight(b) - weight(a) || share(b) - share(a) || (a.labels.join() < b.labels.join() ? -1 : 1));
}

/** Times how much a share is of what it was; undefined where either has none. */
const ratioOf = ({ base, other }: Difference): number | undefined =>
  base && other && base.share > 0 ? other.share / base.share : undefined;

function computedText(difference: Difference, computed: Computed): string {
  if (computed === 'ratio') return ratioOf(difference)?.toFixed(6) ?? '';
  return `${difference.delta < 0 ? '' : '+'}${percent(difference.delta)}`;
}

const percent = (share: number): string => `${twoDigits(share * 100)}%`;
