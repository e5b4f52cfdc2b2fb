import type { ChalkInstance } from 'chalk';
import { toSeconds } from '../base/units';
import { sampleOf } from '../counts/sample';
import type { RunOutcome, StatResult } from '../counts/stat-result';
import { plainTable } from './plain-table';

/** Bars that a run of twice the mean time has. */
const BARS = 40;

/** With `--table`, every run: how long it took, how far that is from the mean, and whether it failed. */
export function runBlocks({ runs = [] }: StatResult, listed: boolean, ink: ChalkInstance): string[][] {
  if (!listed || runs.length === 0) return [];
  const good = runs.filter(({ failure }) => failure === undefined);
  const mean = good.length > 0 ? sampleOf(good.map(seconds)).mean : undefined;
  const rows = runs.map((run, i) => ({ run, number: i + 1 }));
  const table = plainTable(
    [
      { head: 'run', align: 'right', cell: ({ number }: Row) => `${number}` },
      { head: 'seconds', align: 'right', cell: ({ run }: Row) => seconds(run).toFixed(9) },
      { head: 'from the mean', align: 'right', cell: ({ run }: Row) => fromMean(run, mean) },
      {
        head: '',
        align: 'left',
        cell: ({ run }: Row) => (run.failure === undefined ? bar(run, mean) : ink.yellow(run.failure)),
      },
    ],
    rows,
    ink,
  );
  return [[table]];
}

interface Row {
  readonly run: RunOutcome;
  readonly number: number;
}

const seconds = ({ elapsed }: RunOutcome): number => toSeconds(elapsed);

function fromMean(run: RunOutcome, mean: number | undefined): string {
  if (mean === undefined || run.failure !== undefined) return '';
  const difference = seconds(run) - mean;
  return `${difference < 0 ? '-' : '+'}${Math.abs(difference).toFixed(9)}`;
}

function bar(run: RunOutcome, mean: number | undefined): string {
  if (!mean) return '';
  return '#'.repeat(Math.min(BARS, Math.round((BARS / 2) * (seconds(run) / mean))));
}
