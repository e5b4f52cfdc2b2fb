import { isContext, Mode, modeOf } from '../../profile/chain-context';
import type { Memory } from '../../profile/memory';
import type { Places } from '../../profile/places';
import type { SampleCursor } from '../../profile/sample-cursor';

/** How much of call chains is shown. */
export interface ChainLimit {
  /** So many functions at most. */
  readonly most?: number;
  /** Up to the first of these, which is the last one shown. */
  readonly stops?: ReadonlySet<string>;
}

/** Finds out how much of call chains is shown. */
export class ChainCut {
  constructor(
    private readonly places: Places,
    private readonly nameOf: (cell: number) => string | undefined,
    private readonly limit: ChainLimit,
  ) {}

  /** How many addresses of a chain, contexts among them, are left. */
  lengthOf({ words, chainAt, chainLength }: SampleCursor, memory: Memory): number {
    const { most = Number.POSITIVE_INFINITY } = this.limit;
    let mode: number = Mode.user;
    let functions = 0;
    for (let i = 0; i < chainLength; i += 1) {
      const [low, high] = [words[chainAt + i * 2] ?? 0, words[chainAt + i * 2 + 1] ?? 0];
      if (isContext(low, high)) {
        mode = modeOf(low) < 0 ? mode : modeOf(low);
        continue;
      }
      functions += 1;
      if (functions >= most || this.isStop(mode, memory, low, high)) return i + 1;
    }
    return chainLength;
  }

  private isStop(mode: number, memory: Memory, low: number, high: number): boolean {
    const { stops } = this.limit;
    return stops?.has(this.nameOf(this.places.cellAt(mode, memory, low, high)) ?? '') ?? false;
  }
}
