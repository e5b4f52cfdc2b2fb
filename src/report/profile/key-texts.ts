import { visible } from '../../base/safe-text';
import type { Cgroups } from '../../profile/cgroups';
import type { Histogram, SortKey } from '../../profile/histogram';
import type { Names } from '../../profile/names';
import type { Stacks } from '../../profile/stacks';
import type { CellTexts } from './cell-text';

/** What texts are made from. */
export interface HistogramSource {
  readonly histogram: Histogram;
  readonly stacks: Stacks;
  readonly texts: CellTexts;
  readonly comms: Names;
  /** The number of the name that a thread had at last. */
  readonly commOf: (tid: number) => number;
  /** Where `cgroup` is a key. */
  readonly cgroups?: Cgroups;
  /** Of the recording, by index. */
  readonly events: readonly { readonly name: string }[];
}

/** perf's word. */
const NO_PARENT_TEXT = '[other]';

/** perf's words for the cgroup of a sample that tells of none, and for one that no record has named. */
const [NO_CGROUP_TEXT, UNKNOWN_CGROUP_TEXT] = ['N/A', 'unknown'];

/** The texts of what entries of a histogram are told apart by. */
export class KeyTexts {
  readonly #comms: (string | undefined)[] = [];

  constructor(private readonly source: HistogramSource) {}

  /** As it is shown, safe for a terminal. */
  text(key: SortKey, entry: number): string {
    const { histogram, texts, events } = this.source;
    const value = histogram.keyOf(entry, key);
    switch (key) {
      case 'comm':
        return this.comm(value);
      case 'dso':
        return texts.dso(value);
      case 'sym':
        return texts.symbol(value);
      case 'srcline':
        return visible(texts.line(value));
      case 'event':
        return visible(events[value]?.name ?? '');
      case 'parent':
        return visible(histogram.parentOf(entry) ?? NO_PARENT_TEXT);
      case 'cgroup':
        return this.cgroup(value);
      case 'cpu':
      case 'socket':
        return `${value < 0 ? '-' : ''}${String(Math.abs(value)).padStart(3, '0')}`;
      default:
        return `${String(value | 0).padStart(7)}:${this.comm(this.source.commOf(value | 0))}`;
    }
  }

  /** How long `text` is at most. */
  width(key: SortKey, entry: number): number {
    if (key !== 'sym') return this.text(key, entry).length;
    return this.source.texts.symbolWidth(this.source.histogram.keyOf(entry, key));
  }

  /** As it is, for documents. */
  value(key: SortKey, entry: number): string | number | null {
    const { histogram, texts, comms, events } = this.source;
    const value = histogram.keyOf(entry, key);
    if (key === 'comm') return comms.textOf(value);
    if (key === 'dso') return texts.dsoPath(value);
    if (key === 'sym') return texts.functionName(value) ?? null;
    if (key === 'srcline') return texts.line(value);
    if (key === 'event') return events[value]?.name ?? '';
    if (key === 'parent') return histogram.parentOf(entry) ?? null;
    if (key === 'cgroup') return this.source.cgroups?.nameOf(value) ?? null;
    return value | 0;
  }

  /** Which of two entries comes first by their cgroups, as perf has it: the one made earlier. */
  compareCgroups(a: number, b: number): number {
    const { histogram, cgroups } = this.source;
    return cgroups?.compare(histogram.keyOf(a, 'cgroup'), histogram.keyOf(b, 'cgroup')) ?? 0;
  }

  private cgroup(value: number): string {
    const { cgroups } = this.source;
    if (!cgroups || cgroups.isNone(value)) return NO_CGROUP_TEXT;
    return visible(cgroups.nameOf(value) ?? UNKNOWN_CGROUP_TEXT);
  }

  private comm(id: number): string {
    const text = this.#comms[id] ?? visible(this.source.comms.textOf(id));
    this.#comms[id] = text;
    return text;
  }
}
