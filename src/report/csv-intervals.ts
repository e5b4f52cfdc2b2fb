import { present } from '../base/assert';
import type { Nanoseconds } from '../base/units';
import { isClock, type Metric, type MetricContext, metricContext, metricOf } from '../counts/metric';
import type { Sums } from '../counts/summed-counts';
import type { Tick } from '../counts/tick';
import type { ResolvedEvent } from '../events/resolved-event';
import { STEP_WORDS } from '../native/kernel';
import { csvLead, csvNumber, eventFields, metricFields } from './csv-fields';
import { type CsvOptions, statCsv } from './stat-csv';
import type { RowSource } from './stat-rows';

/**
 * `statCsv` for one interval after the other. With short ones this is most of what syswide does: where nothing was scaled and
 * nothing is split, the lines come right from the sums, without a list of anything in between.
 */
export class CsvIntervals {
  #exact: ExactLines | undefined;

  constructor(private readonly options: Omit<CsvOptions, 'interval'>) {}

  lines(tick: Tick, subject: RowSource['subject']): string {
    const exact = tick.sums && this.exactLines(tick, tick.sums);
    if (exact !== undefined) return exact;
    const { counts, elapsed, at: interval } = tick;
    return statCsv({ subject, counts, elapsed }, { ...this.options, interval });
  }

  private exactLines(tick: Tick, sums: Sums): string | undefined {
    const { aggregation, metrics = [], separator } = this.options;
    if (aggregation.kind !== 'global' || metrics.length > 0) return undefined;
    if (this.#exact?.events !== sums.events) this.#exact = new ExactLines(sums, separator);
    return this.#exact.of(tick, sums.words);
  }
}

/** The lines of intervals in which the same events were counted. */
class ExactLines {
  readonly events: Sums['events'];
  readonly #missing: Sums['missing'];
  readonly #fields: readonly string[];
  /** Where their sums are. */
  readonly #clocks: readonly number[];
  readonly #isPossible: boolean;

  constructor(
    { events, missing }: Sums,
    private readonly s: string,
  ) {
    this.events = events;
    this.#missing = missing;
    this.#fields = events.map((event) => eventFields({ event }, s));
    this.#clocks = events.flatMap((event, i) => (isClock(event) && !missing.has(i) ? [i * STEP_WORDS] : []));
    const isMore = ({ tool, mergedInto, cgroup, isNeverHit }: ResolvedEvent) =>
      (tool ?? mergedInto ?? cgroup ?? isNeverHit) !== undefined;
    this.#isPossible = !events.some(isMore);
  }

  /** @returns undefined where an event was enabled nowhere, or lines are about more than the sums of an event */
  of(tick: Tick, words: Sums['words']): string | undefined {
    if (!this.#isPossible) return undefined;
    const { s } = this;
    const lead = `${csvLead(tick.at)}${s}`;
    const context = new SumsContext(tick, this.#clockTime(words));
    let text = '';
    for (let i = 0; i < this.events.length; i += 1) {
      const event = present(this.events[i], 'it is below their number');
      const [value, enabled, running] = [words[i * STEP_WORDS], words[i * STEP_WORDS + 1], words[i * STEP_WORDS + 2]];
      if (this.#missing.has(i)) text += `${lead}<not supported>${this.#fields[i]}0${s}100.00${s}${s}\n`;
      else if (value === undefined || !enabled) return undefined;
      else {
        const metric: Metric | undefined = metricOf(event, { status: 'counted', value }, context);
        const counted = `${csvNumber(value, event)}${this.#fields[i]}${running}${s}100.00${s}`;
        text += `${lead}${counted}${metricFields(metric, s)}\n`;
      }
    }
    return text;
  }

  /** The mean, in ns. */
  #clockTime(words: Sums['words']): number {
    let sum = 0;
    for (const at of this.#clocks) sum += Number(words[at]);
    return sum / this.#clocks.length;
  }
}

/** What metrics may be derived from: mostly the clocks are enough. */
class SumsContext implements MetricContext {
  readonly elapsed: Nanoseconds;
  readonly clockTimes: MetricContext['clockTimes'];

  constructor(
    private readonly tick: Tick,
    clockTime: number,
  ) {
    this.elapsed = tick.elapsed;
    this.clockTimes = new Map(Number.isNaN(clockTime) ? [] : [[undefined, clockTime]]);
  }

  get counts(): MetricContext['counts'] {
    return metricContext(this.tick.counts, this.elapsed).counts;
  }
}
