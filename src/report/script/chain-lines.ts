import { isContext, isDamagedChain, isUserContext, Mode, modeOf } from '../../profile/chain-context';
import type { Memory } from '../../profile/memory';
import type { SampleCursor } from '../../profile/sample-cursor';
import { WordTable } from '../../profile/word-table';
import type { TextBuffer } from '../text-buffer';
import type { ChainCut } from './chain-cut';
import type { FrameLines } from './frame-lines';

/** So much text is remembered; then it begins anew, so that memory does not grow with the file. */
const MOST_BYTES = 32 << 20;

/**
 * Texts of call chains, a line for each address. What the kernel did is the same for many samples, whichever process they are
 * of: the lines of that part are made once.
 */
export class ChainLines {
  #parts = new WordTable();
  #texts: Buffer[] = [];
  #bytes = 0;

  constructor(
    private readonly frames: FrameLines,
    /** Absent: chains are shown whole. */
    private readonly cut?: ChainCut,
  ) {}

  write(to: TextBuffer, sample: SampleCursor, memory: Memory): void {
    const { words, chainAt, chainLength } = sample;
    const end = chainAt + (this.cut?.lengthOf(sample, memory) ?? chainLength) * 2;
    if (isDamagedChain(words, chainAt, end)) return;
    const user = endOfKernel(words, chainAt, end);
    if (user > chainAt) to.copy(this.part(words, chainAt, user, memory));
    this.lines(to, words, user, end, memory);
  }

  /** The text of a part that is not of user space. */
  private part(words: Int32Array, from: number, to: number, memory: Memory): Buffer {
    const known = this.#parts.size;
    const id = this.#parts.intern(words, from, to - from);
    if (id < known) return this.#texts[id] ?? Buffer.alloc(0);
    const lines: Buffer[] = [];
    this.lines({ copy: (line) => void lines.push(line) }, words, from, to, memory);
    const text = Buffer.concat(lines);
    this.#texts.push(text);
    this.#bytes += text.length + (to - from) * Int32Array.BYTES_PER_ELEMENT;
    if (this.#bytes > MOST_BYTES) this.forget();
    return text;
  }

  private lines(to: LineTarget, words: Int32Array, from: number, end: number, memory: Memory): void {
    let mode: number = Mode.user;
    for (let at = from; at < end; at += 2) {
      const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
      if (isContext(low, high)) mode = modeOf(low);
      else to.copy(this.frames.inChain(mode, memory, low, high));
    }
  }

  private forget(): void {
    this.#parts = new WordTable();
    this.#texts = [];
    this.#bytes = 0;
  }
}

/** Where user space begins in a chain that says at once that it begins elsewhere; the chain's beginning for any other. */
function endOfKernel(words: Int32Array, from: number, end: number): number {
  const [low, high] = [words[from] ?? 0, words[from + 1] ?? 0];
  if (!isContext(low, high) || modeOf(low) < 0) return from;
  let at = from;
  while (at < end && !isUserContext(words[at] ?? 0, words[at + 1] ?? 0)) at += 2;
  return at;
}

/** Takes lines one after the other. */
interface LineTarget {
  copy(line: Buffer): void;
}
