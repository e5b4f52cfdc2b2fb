import type { Bench } from './bench';
import type { Findings } from './findings';

/** One set of measurements, with a file of its own under `rows/` and a result file of its own under `results/`. */
export interface Row {
  /** Names it on the command line and its result file: `start-up`. */
  readonly name: string;
  readonly title: string;
  /** What is to be reached, in words; the findings hold the figures against it. */
  readonly target: string;
  /** How often everything is measured, unless `--rounds` says otherwise. */
  readonly rounds: number;
  run(bench: Bench): Promise<Findings>;
}
