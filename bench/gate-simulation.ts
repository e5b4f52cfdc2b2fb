import { readFileSync } from 'node:fs';
import { GateCourse } from '../src/gate/course';
import { type GateMetric, gateMetric } from '../src/gate/metric';
import { seeded } from '../src/gate/random';
import type { Assessment } from '../src/gate/verdict';

/** Runs of one and the same program, one after the other: numbers, metric by metric. */
export type Runs = Iterator<readonly number[]>;

export type Random = () => number;

const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** Recorded runs of one program: a row each, with the names of the columns. */
export interface Trace {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly number[])[];
}

/** @param path of a CSV file with a line of names */
export function readTrace(path: string): Trace {
  const [head = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  return { columns: head.split(','), rows: lines.map((line) => line.split(',').map(Number)) };
}

/** Neighbouring runs of a trace, from somewhere on. */
export function* fromTrace({ rows }: Trace, columns: readonly number[], random: Random, most: number): Runs {
  const start = Math.floor(random() * (rows.length - most));
  for (let i = start; ; i += 1) yield columns.map((column) => rows[i]?.[column] ?? Number.NaN);
}

/** How simulated runs vary. */
export interface Noise {
  /** Of a run, relative. */
  readonly sigma: number;
  /** How much slower the machine becomes from the first run to the eightieth, at most, either way. */
  readonly drift: number;
  /** How many runs are disturbed, and take up to twice as long. */
  readonly outliers: number;
}

export function* simulated({ sigma, drift, outliers }: Noise, random: Random): Runs {
  const slope = ((random() * 2 - 1) * drift) / 80;
  for (let i = 0; ; i += 1) {
    const disturbed = random() < outliers ? 1 + random() : 1;
    yield [100 * Math.exp(sigma * normal(random) + slope * i) * disturbed];
  }
}

/** A gate over such runs, the new command taking so much more: pairs in random order, as `syswide gate` takes them. */
export function gateOver(
  runs: Runs,
  metrics: readonly GateMetric[],
  change: number,
  most: number,
  random: Random,
): readonly Assessment[] {
  const course = new GateCourse(metrics, most);
  while (!course.isOver) {
    const [first, second] = [runs.next().value as number[], runs.next().value as number[]];
    const [base, other] = random() < 0.5 ? [first, second] : [second, first];
    course.add(
      base,
      other.map((value) => value * (1 + change)),
    );
  }
  return course.assessments;
}

/** What other tools' rules say of so many runs of each command, one command after the other. */
export interface OtherRules {
  /** hyperfine: `1.05 ± 0.03 times faster`, taken for a difference where 1 is outside. */
  readonly hyperfine: boolean;
  /** poop: an arrow where the means differ by 1 % and more, and their 95 % intervals say so. */
  readonly poop: boolean;
  /** What CI scripts do: the mean is 5 % higher. */
  readonly ratio: boolean;
}

export function otherRules(runs: Runs, count: number): OtherRules {
  const take = () => Array.from({ length: count }, () => (runs.next().value as number[])[0] ?? 0);
  const [base, other] = [take(), take()].map((values) => {
    const mean = values.reduce((sum, value) => sum + value, 0) / count;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (count - 1);
    return { mean, variance };
  }) as [{ mean: number; variance: number }, { mean: number; variance: number }];
  const ratio = other.mean / base.mean;
  // hyperfine's error propagation of the two standard deviations, src/benchmark/relative_speed.rs.
  const error = ratio * Math.sqrt(other.variance / other.mean ** 2 + base.variance / base.mean ** 2);
  // poop's pooled standard error times 1.96, src/main.zig.
  const half = 1.96 * Math.sqrt((base.variance + other.variance) / 2) * Math.sqrt(2 / count);
  return {
    hyperfine: ratio - error > 1,
    poop: ratio >= 1.01 && other.mean - base.mean > half,
    ratio: ratio > 1.05,
  };
}

/** How often something was so. */
export interface Share {
  readonly hits: number;
  readonly of: number;
}

/** What the true share is below, and above, with 95 % each: Wilson's bounds. */
export const upperBound = (share: Share): number => wilson(share, 1.645);
export const lowerBound = (share: Share): number => wilson(share, -1.645);

function wilson({ hits, of }: Share, z: number): number {
  const share = hits / of;
  const middle = share + (z * z) / (2 * of);
  const half = z * Math.sqrt((share * (1 - share)) / of + (z * z) / (4 * of * of));
  return (middle + half) / (1 + (z * z) / of);
}

/** Does something so often, each time with other numbers that are the same in every bench. */
export function shareOf(count: number, seed: number, happens: (random: Random) => boolean): Share {
  let hits = 0;
  for (let i = 0; i < count; i += 1) if (happens(seeded(seed * 1_000_003 + i))) hits += 1;
  return { hits, of: count };
}

export const timeMetric = (threshold?: number): GateMetric => gateMetric('time', threshold);
