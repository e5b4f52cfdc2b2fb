import { closeSync, constants, openSync } from 'node:fs';
import { SyswideError } from '../../base/error';
import type { Fd } from '../../base/units';
import type { EventCount } from '../../counts/event-count';
import { mergedCounts } from '../../counts/merged-counts';
import type { StatResult } from '../../counts/stat-result';
import { type GateMetric, isUsageMetric, type MetricValue, type UsageMetric } from '../../gate/metric';
import { O_PATH } from '../../host/regular-file';
import type { Interruption } from '../../native/interruption';
import type { CommandExit } from '../../native/kernel';
import type { Machine } from '../machine';
import type { RawStatOptions } from '../stat/raw-stat-options';
import { type StatEvents, statEvents } from '../stat/stat-events';
import { type StatOptions, statOptions } from '../stat/stat-options';
import { countOnce } from '../stat/stat-run';
import type { RunInput } from './run-input';

/** One run of a command. */
export interface GateRun {
  /** Metric by metric. */
  readonly values: readonly MetricValue[];
  /** Why it does not count; absent for a good one. */
  readonly failure?: string;
  /** Whether a signal asked syswide to stop meanwhile. */
  readonly isInterrupted: boolean;
}

/** What all runs of a gate have in common. */
export interface RunSetting {
  /** Those that are no usage are of one count each: `countedMetrics`. */
  readonly metrics: readonly GateMetric[];
  readonly cpus?: string;
  readonly input: RunInput;
  /** What commands print goes there; absent: to our standard output. */
  readonly output?: Fd;
}

/** Runs commands afresh each time, and takes their metrics: whatever `stat` can count, and what the kernel accounts. */
export class GateRunner {
  readonly #events: readonly string[];
  readonly #notices = new Set<string>();

  constructor(
    private readonly machine: Machine,
    private readonly interruption: Interruption,
    private readonly setting: RunSetting,
  ) {
    this.#events = setting.metrics.map(({ name }) => name).filter((name) => !isUsageMetric(name));
  }

  /**
   * @param folder where it runs; absent: here
   * @throws SyswideError where it cannot be started, or events cannot be counted
   */
  async run(command: readonly string[], folder: string | undefined): Promise<GateRun> {
    const options = this.options(command);
    const chosen = this.chosen(options);
    this.setting.input.rewind();
    const leave = folder === undefined ? () => {} : enter(folder);
    try {
      const result = await countOnce(options, chosen, this.machine, this.interruption, { onTicks: () => {} });
      const failure = failureOf(result);
      // One for each event that was asked for, in their order.
      const counts = mergedCounts(result.counts);
      return {
        values: failure === undefined ? this.setting.metrics.map((metric) => this.valueOf(metric, result, counts)) : [],
        ...(failure === undefined ? {} : { failure }),
        isInterrupted: result.endedBy === 'interruption',
      };
    } finally {
      leave();
    }
  }

  /**
   * What metrics are really counted by, where they are events: `page-faults:u` where this user may not count the kernel.
   * @throws SyswideError where one cannot be counted
   */
  countedAs(command: readonly string[]): ReadonlyMap<string, string> {
    const counted = this.chosen(this.options(command)).events.filter(
      ({ mergedInto }, i) => mergedInto === undefined || mergedInto === i,
    );
    return new Map(this.#events.map((name, i) => [name, counted[i]?.name ?? name]));
  }

  /** What the reader must know of how events are counted here. */
  get notices(): readonly string[] {
    return [...this.#notices];
  }

  private chosen(options: StatOptions): StatEvents {
    const chosen = statEvents(options.events, options.target, this.machine.host);
    for (const notice of chosen.notices) this.#notices.add(notice);
    return chosen;
  }

  private options(command: readonly string[]): StatOptions {
    const { cpus, output } = this.setting;
    const raw: RawStatOptions = {
      ...(this.#events.length > 0 ? { event: this.#events.map((text) => ({ text, filters: [] })) } : { null: true }),
      ...(cpus === undefined ? {} : { excludeSelf: true, ...(cpus === 'all' ? { allCpus: true } : { cpu: cpus }) }),
    };
    return { ...statOptions(raw, command), ...(output === undefined ? {} : { commandOutput: output }) };
  }

  private valueOf(
    { name, unit }: GateMetric,
    { exit, elapsed }: StatResult,
    counts: readonly EventCount[],
  ): MetricValue {
    if (isUsageMetric(name)) return { value: usageOf(name, exit, Number(elapsed)), running: 1 };
    const count = counts[this.#events.indexOf(name)];
    if (count?.total.status !== 'counted') throw uncounted(name);
    const { timeEnabled, timeRunning } = count.total.raw;
    return {
      // Times of events are in ns.
      value: Number(count.total.value) / (unit === 's' ? 1e9 : 1),
      running: timeEnabled === 0n ? 1 : Number((timeRunning * 10_000n) / timeEnabled) / 10_000,
    };
  }
}

function usageOf(name: UsageMetric, exit: CommandExit | undefined, elapsed: number): number {
  switch (name) {
    case 'time':
      return elapsed / 1e9;
    case 'user':
      return Number(exit?.userTime ?? 0n) / 1e9;
    case 'sys':
      return Number(exit?.systemTime ?? 0n) / 1e9;
    case 'maxrss':
      return Number(exit?.maxRssKib ?? 0n) * 1024;
  }
}

function failureOf({ exit, hotplug, endedBy }: StatResult): string | undefined {
  if (endedBy === 'interruption') return 'it was interrupted';
  if (exit?.signal !== undefined) return `signal ${exit.signal} ended it`;
  if (exit?.exitCode !== 0) return `its exit status was ${exit?.exitCode}`;
  return hotplug && hotplug.happenings.length > 0 ? 'a CPU came or went meanwhile' : undefined;
}

const uncounted = (name: string): SyswideError =>
  new SyswideError('NOT_SUPPORTED', {
    what: `${name} cannot be gated`,
    why: 'it was not counted for the whole run',
    remedy: 'see `syswide stat -e` with it, or gate another metric',
  });

/** @returns what goes back, also where the way there is not ours to go, or has another name by then */
function enter(folder: string): () => void {
  const here = openSync('.', constants.O_DIRECTORY | O_PATH);
  const leave = () => {
    process.chdir(`/proc/self/fd/${here}`);
    closeSync(here);
  };
  try {
    process.chdir(folder);
    return leave;
  } catch (error) {
    closeSync(here);
    throw new SyswideError('USAGE', {
      what: `--cwd-base '${folder}'`,
      why: (error as NodeJS.ErrnoException).code ?? 'it cannot be entered',
      remedy: 'give a folder that is there',
      cause: error,
    });
  }
}
