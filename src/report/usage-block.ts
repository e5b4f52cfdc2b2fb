import type { ChalkInstance } from 'chalk';
import { type Sample, sampleOf } from '../counts/sample';
import type { RunOutcome, StatResult } from '../counts/stat-result';
import type { CommandExit } from '../native/kernel';
import { grouped, groupedDecimal } from './numbers';
import { plainTable } from './plain-table';
import { type WrapOptions, wrap } from './wrap';

/** What a command used, measured by the kernel whatever was counted. */
interface Measurement {
  readonly name: string;
  /** Of one run; undefined where it is not known. */
  readonly of: (run: RunOutcome) => number | undefined;
  readonly text: (value: number) => string;
}

const used =
  (pick: (exit: CommandExit) => bigint) =>
  ({ exit }: RunOutcome): number | undefined =>
    exit && Number(pick(exit));

const measurements: readonly Measurement[] = [
  { name: 'wall time', of: ({ elapsed }) => Number(elapsed), text: timeText },
  { name: 'user', of: used(({ userTime }) => userTime), text: timeText },
  { name: 'sys', of: used(({ systemTime }) => systemTime), text: timeText },
  { name: 'peak memory', of: used(({ maxRssKib }) => maxRssKib), text: memoryText },
  { name: 'minor faults', of: used(({ minorFaults }) => minorFaults), text: countText },
  { name: 'major faults', of: used(({ majorFaults }) => majorFaults), text: countText },
  { name: 'waited', of: used(({ voluntarySwitches }) => voluntarySwitches), text: countText },
  { name: 'preempted', of: used(({ involuntarySwitches }) => involuntarySwitches), text: countText },
];

/**
 * What the command itself used: a line after one run; after several, a table with mean, deviation, range and outliers
 * of each measurement. Nothing where no command was counted.
 * @param page how wide it may be
 */
export function usageBlock({ subject, exit, runs }: StatResult, ink: ChalkInstance, page: WrapOptions): string[] {
  if (subject.kind !== 'command') return [];
  const good = runs?.filter(({ failure }) => failure === undefined);
  if (good && good.length > 1) return [usageTable(good, ink)];
  if (!exit) return [];
  const { maxRssKib, minorFaults, majorFaults, voluntarySwitches, involuntarySwitches } = exit;
  return wrap(
    `peak memory ${memoryText(Number(maxRssKib))}, faults ${grouped(minorFaults)} minor, ${grouped(majorFaults)} major, ` +
      switchesText(voluntarySwitches, involuntarySwitches),
    page,
  );
}

function switchesText(waited: bigint, preempted: bigint): string {
  if (waited !== 1n && preempted !== 1n) return `waited ${grouped(waited)} and preempted ${grouped(preempted)} times`;
  return `waited ${timesText(waited)}, preempted ${timesText(preempted)}`;
}

const timesText = (count: bigint): string => (count === 1n ? 'once' : `${grouped(count)} times`);

interface UsageRow {
  readonly name: string;
  readonly sample: Sample;
  readonly n: number;
  readonly text: (value: number) => string;
}

function usageTable(runs: readonly RunOutcome[], ink: ChalkInstance): string {
  const rows = measurements.flatMap(({ name, of, text }): UsageRow[] => {
    const values = runs.flatMap((run) => of(run) ?? []);
    return values.length === 0 ? [] : [{ name, sample: sampleOf(values), n: values.length, text }];
  });
  return plainTable<UsageRow>(
    [
      { head: 'of the command', align: 'left', cell: ({ name }) => name },
      { head: 'mean', align: 'right', cell: ({ sample, text }) => ink.bold(text(sample.mean)) },
      { head: '± σ', align: 'left', cell: ({ sample, text }) => `± ${text(sample.deviation)}` },
      { head: 'least', align: 'right', cell: ({ sample, text }) => text(sample.least) },
      { head: '… most', align: 'left', cell: ({ sample, text }) => `… ${text(sample.most)}` },
      { head: 'outliers', align: 'right', cell: outliersText },
    ],
    rows,
    ink,
  );
}

const outliersText = ({ sample: { outliers }, n }: UsageRow): string =>
  `${outliers} (${((100 * outliers) / n).toFixed(0)} %)`;

/** @param value ns */
function timeText(value: number): string {
  if (value >= 1e9) return `${(value / 1e9).toFixed(2)} s`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} ms`;
  return `${(value / 1e3).toFixed(value >= 1e5 || value === 0 ? 0 : 1)} us`;
}

/** @param value KiB */
function memoryText(value: number): string {
  const bytes = value * 1024;
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(2)} GB`;
  return bytes >= 1e6 ? `${(bytes / 1e6).toFixed(2)} MB` : `${(bytes / 1e3).toFixed(0)} KB`;
}

/** Means have a fraction. */
function countText(value: number): string {
  return groupedDecimal(value, Number.isInteger(value) ? 0 : 1);
}
