import type { Assessment, MetricPairs, Verdict } from './verdict';

/** A pair that did not count, and why. */
export interface InvalidPair {
  /** From 1 on, among all that were run. */
  readonly pair: number;
  readonly command: 'base' | 'new';
  readonly failure: string;
}

/** What a gate found. */
export interface GateOutcome {
  readonly name: string;
  /** Absent where a stored baseline took its place. */
  readonly base?: readonly string[];
  readonly new: readonly string[];
  readonly verdict: Verdict;
  readonly assessments: readonly Assessment[];
  /** Of each metric, all values. */
  readonly values: readonly MetricPairs[];
  readonly invalid: readonly InvalidPair[];
  /** Good pairs, and how many there could have been. */
  readonly pairs: number;
  readonly mostPairs: number;
  readonly seed: number;
  readonly seconds: number;
  /** Lines the reader must know to read the verdict right. */
  readonly notices: readonly string[];
}
