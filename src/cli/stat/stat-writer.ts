import { IntervalHistory } from '../../counts/interval-history';
import type { StatResult } from '../../counts/stat-result';
import type { Tick } from '../../counts/tick';
import type { DocumentInterval } from '../../report/stat-document';
import type { RowView } from '../../report/stat-rows';
import type { Sink } from '../console';
import { clears, loadFormatter, type StatFormatter } from './stat-formatter';
import type { StatOptions } from './stat-options';
import type { RunsListener } from './stat-runs';

/** Moves to the top of a terminal and clears it. Source: ECMA-48, CUP and ED. */
const CLEAR = '\x1b[H\x1b[2J';

/** Writes what was found out to where it was asked for, as it becomes known. */
export class StatWriter implements RunsListener {
  #intervals: DocumentInterval[] = [];
  #history: IntervalHistory | undefined;

  private constructor(
    private readonly options: StatOptions,
    private readonly sink: Sink,
    private readonly view: RowView,
    private formatter: StatFormatter | undefined,
  ) {
    this.begins();
  }

  /** Intervals are told while it counts: what that takes is loaded before. */
  static async open(options: StatOptions, sink: Sink, view: RowView): Promise<StatWriter> {
    const formatter = options.run.intervals ? await loadFormatter(options, sink, view) : undefined;
    return new StatWriter(options, sink, view, formatter);
  }

  begins(): void {
    const { format, run } = this.options;
    this.#intervals = [];
    if (format.kind === 'table' && run.intervals?.summary) this.#history = new IntervalHistory();
  }

  /** What each interval of the run counted so far, where it is to be saved; undefined where there are none. */
  get intervals(): readonly DocumentInterval[] | undefined {
    return this.options.run.intervals ? this.#intervals : undefined;
  }

  onTicks(ticks: readonly Tick[], subject: StatResult['subject']): void {
    const clear = clears(this.options, this.sink) ? CLEAR : '';
    let text = '';
    for (const tick of ticks) {
      if (this.options.save !== undefined) this.keep(tick);
      this.#history?.add(tick.counts);
      text += `${clear}${this.formatter?.tick(tick, subject) ?? ''}`;
    }
    this.sink.write(text);
  }

  private keep({ at, elapsed, counts }: Tick): void {
    const values = counts.map(({ total }) => (total.status === 'counted' ? total.value : undefined));
    this.#intervals.push({ at, elapsed, values });
  }

  async result(result: StatResult): Promise<void> {
    this.formatter ??= await loadFormatter(this.options, this.sink, this.view);
    const { intervals } = this.options.run;
    if (!intervals) this.sink.write(this.formatter.result(result));
    else if (intervals.summary) this.sink.write(this.formatter.summary(this.withHistory(result)));
    else this.sink.write(this.formatter.notes(result));
  }

  /** Several runs have a mean, but no common course. */
  private withHistory(result: StatResult): StatResult {
    return this.#history && !result.runs ? { ...result, history: this.#history } : result;
  }
}
