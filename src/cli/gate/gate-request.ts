import type { GateMetric } from '../../gate/metric';

/** One command against another, as it was asked for. */
export interface GateRequest {
  readonly name: string;
  /** Absent where a stored baseline takes its place. */
  readonly base?: readonly string[];
  readonly new: readonly string[];
  /** Where the base runs; absent: here. */
  readonly cwdBase?: string;
  readonly metrics: readonly GateMetric[];
  /** Whole CPUs: `all`, or a list; absent: the command alone. */
  readonly cpus?: string;
  /** At most. */
  readonly pairs: number;
  /** Shell commands: before all, before each run, after all. */
  readonly setup?: string;
  readonly prepare?: string;
  readonly cleanup?: string;
}

/** How all of them run, and what becomes of the result. */
export interface GateOptions {
  readonly gates: readonly GateRequest[];
  readonly seed: number;
  readonly warmup: number;
  readonly allowScaled: boolean;
  readonly showOutput: boolean;
  /** Compares the base with itself, and stores how far it varies. */
  readonly calibrate: boolean;
  readonly passInconclusive: boolean;
  readonly saveBase?: string;
  readonly baseline?: string;
  readonly json: boolean;
  readonly junit?: string;
  readonly markdown?: string;
  readonly html?: string;
}
