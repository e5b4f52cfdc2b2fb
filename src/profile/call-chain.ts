import { isContext, Mode, modeOf } from './chain-context';
import type { Memory } from './memory';
import type { Places } from './places';
import type { SampleCursor } from './sample-cursor';

/**
 * Looks up the functions of a sample's call chain, the innermost first; of a sample without one, where it was taken.
 * @param into emptied and filled with their numbers: see `Places.cells`
 */
export function cellsOf(places: Places, memory: Memory, sample: SampleCursor, into: number[]): void {
  const { words, chainAt, chainLength } = sample;
  into.length = 0;
  into.push(places.cellAt(sample.mode, memory, sample.ipLow, sample.ipHigh));
  let mode: number = Mode.user;
  let isFirst = true;
  for (let at = chainAt; at < chainAt + chainLength * 2; at += 2) {
    const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
    if (isContext(low, high)) {
      mode = modeOf(low);
      if (mode >= 0) continue;
      // perf takes nothing from a chain with a context that nobody knows.
      into.length = 1;
      return;
    }
    // The chain begins where the sample was taken.
    if (!isFirst) into.push(places.cellAt(mode, memory, low, high));
    isFirst = false;
  }
}
