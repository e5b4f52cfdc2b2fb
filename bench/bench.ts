import type { Programs } from './programs';
import type { Tools } from './tools';

/** What a row works with. */
export interface Bench {
  /** How often to measure each contender. */
  readonly rounds: number;
  readonly tools: Tools;
  readonly programs: Programs;
  /** Tells the person who waits what is going on. */
  say(line: string): void;
}
