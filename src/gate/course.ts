import { type Look, looksUpTo } from './looks';
import type { GateMetric } from './metric';
import { type Assessment, assess, type MetricPairs } from './verdict';

/** The values of a run, metric by metric. */
export type RunValues = readonly number[];

/**
 * A gate on its way: takes pairs, and judges at its looks. A metric whose verdict is known keeps it; when all are known, or after
 * the last look, it is over.
 */
export class GateCourse {
  readonly #pairs: { readonly base: RunValues; readonly new: RunValues }[] = [];
  readonly #settled = new Map<number, Assessment>();
  readonly looks: readonly Look[];
  #assessments: readonly Assessment[] = [];
  #isOver = false;

  /**
   * @param most pairs
   * @param stored the base's values, metric by metric, where it does not run
   */
  constructor(
    private readonly metrics: readonly GateMetric[],
    most: number,
    private readonly stored?: readonly RunValues[],
  ) {
    this.looks = looksUpTo(most);
  }

  get pairs(): number {
    return this.#pairs.length;
  }

  /** Whether nothing more is to be measured. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Of the last look; a metric that was settled before is told as it was then. */
  get assessments(): readonly Assessment[] {
    return this.#assessments;
  }

  /** The values of a metric, pair by pair. */
  valuesOf(metric: number): MetricPairs {
    const found = this.metrics[metric];
    if (!found) throw new Error('there is such a metric');
    return {
      metric: found,
      base: this.stored?.[metric] ?? this.#pairs.map(({ base }) => base[metric] ?? 0),
      new: this.#pairs.map((pair) => pair.new[metric] ?? 0),
      ...(this.stored ? { isStored: true } : {}),
    };
  }

  /** Takes a pair of good runs; without a base that runs, a run. @returns whether it was a look */
  add(base: RunValues, other: RunValues): boolean {
    this.#pairs.push({ base, new: other });
    const look = this.looks.find(({ pairs }) => pairs === this.pairs);
    if (look) this.judge(look);
    return look !== undefined;
  }

  private judge(look: Look): void {
    const found = assess(
      this.metrics.map((_, metric) => this.valuesOf(metric)),
      look,
    );
    this.#assessments = found.map((assessment, metric) => {
      const settled = this.#settled.get(metric) ?? assessment;
      if (settled.verdict !== 'INCONCLUSIVE') this.#settled.set(metric, settled);
      return settled;
    });
    this.#isOver = look === this.looks.at(-1) || this.#settled.size === this.metrics.length;
  }
}
