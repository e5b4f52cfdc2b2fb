import { type Nanoseconds, ns } from '../../base/units';
import { usage } from '../usage-error';
import type { RawStatOptions } from './raw-stat-options';

/** How often is counted, when it begins and when it ends, and what happens around it. */
export interface RunPlan {
  /** Runs of the command whose counts are averaged; 0: for ever, each told on its own; absent: one. */
  readonly repeat?: number;
  /** List the time of each run. */
  readonly table: boolean;
  /** Shell commands before and after each run. */
  readonly pre?: string;
  readonly post?: string;
  /** Have everything written to the disks before each run. */
  readonly sync: boolean;
  readonly delay?: Nanoseconds | 'until enabled';
  readonly timeout?: Nanoseconds;
  readonly intervals?: IntervalPlan;
}

export interface IntervalPlan {
  readonly every: Nanoseconds;
  readonly most?: number;
  /** Clear the terminal before each. */
  readonly clear: boolean;
  /** Tell the whole at the end, too. */
  readonly summary: boolean;
}

/** @throws SyswideError USAGE */
export function runPlanOf(raw: RawStatOptions, command: readonly string[]): RunPlan {
  const repeat = raw.repeat === undefined ? undefined : count('-r', raw.repeat);
  if (repeat !== undefined && command.length === 0) {
    throw usage('-r', 'there is no command to run again', 'add one: -- command');
  }
  if (raw.table && (repeat === undefined || repeat < 2)) {
    throw usage('--table', 'it lists several runs', 'add -r with their number: -r 5');
  }
  const intervals = intervalsOf(raw);
  return {
    ...(repeat === undefined ? {} : { repeat }),
    table: raw.table ?? false,
    ...(raw.pre === undefined ? {} : { pre: raw.pre }),
    ...(raw.post === undefined ? {} : { post: raw.post }),
    sync: raw.sync ?? false,
    ...delayOf(raw),
    ...(raw.timeout === undefined ? {} : { timeout: milliseconds('--timeout', raw.timeout) }),
    ...(intervals ? { intervals } : {}),
  };
}

function intervalsOf(raw: RawStatOptions): IntervalPlan | undefined {
  const { intervalPrint, intervalCount, intervalClear, summary } = raw;
  if (intervalPrint === undefined) {
    const [only] = [
      ...(intervalCount === undefined ? [] : ['--interval-count']),
      ...(intervalClear ? ['--interval-clear'] : []),
      ...(summary ? ['--summary'] : []),
    ];
    if (only !== undefined) throw usage(only, 'there are no intervals', 'add -I with their length in milliseconds');
    return undefined;
  }
  const most = intervalCount === undefined ? undefined : count('--interval-count', intervalCount);
  if (most === 0) throw usage('--interval-count 0', 'nothing would be told', 'leave it out to go on until the end');
  return {
    every: milliseconds('-I', intervalPrint),
    ...(most === undefined ? {} : { most }),
    clear: intervalClear ?? false,
    summary: summary ?? false,
  };
}

/** perf's -1: until control enables it. */
export function delayOf({ delay }: Pick<RawStatOptions, 'delay'>): Pick<RunPlan, 'delay'> {
  if (delay === undefined || delay === '0') return {};
  return { delay: delay === '-1' ? 'until enabled' : milliseconds('-D', delay) };
}

const MOST = 1_000_000_000;

function count(option: string, text: string): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number <= MOST) return number;
  throw usage(`${option} '${text}'`, 'that is no number of times', `write a whole number: ${option} 5`);
}

/** A bare number, as perf has it; 24 days at most. */
export function milliseconds(option: string, text: string): Nanoseconds {
  const number = /^\d{1,10}$/.test(text) ? BigInt(text) : 0n;
  if (number > 0n && number <= 0x7fffffffn) return ns(number * 1_000_000n);
  throw usage(
    `${option} '${text}'`,
    'that is no number of milliseconds above 0',
    `write a whole number: ${option} 100`,
  );
}
