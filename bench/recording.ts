import { rmSync } from 'node:fs';
import { RecordType } from '../src/abi/ring-page';
import { PerfDataReader } from '../src/perfdata/perf-data-reader';
import type { Contender, Outcome } from './alternate';
import type { Bench } from './bench';
import { ratio, series } from './findings';
import { timed } from './timed';
import type { Argv } from './tools';

/** What one recording cost, and what it holds. */
export interface Recording {
  readonly cpuMs: number;
  readonly samples: number;
  /** Records that the kernel had no room for. */
  readonly lost: number;
}

/** syswide, and perf where it is installed, recording into the same file with the same options. */
export function recorders(
  { tools, programs }: Bench,
  file: string,
  options: readonly string[],
): Contender<Recording>[] {
  const args = ['record', '-o', file, ...options];
  const contestants = [
    { name: 'syswide', argv: tools.syswide(...args) },
    ...(tools.perf ? [{ name: 'perf', argv: tools.perf(...args) }] : []),
  ];
  return contestants.map(({ name, argv }) => ({ name, run: () => recorded(programs, argv, file) }));
}

function recorded(programs: Bench['programs'], argv: Argv, file: string): Recording {
  const { cpuMs } = timed(programs, argv);
  let [samples, lost] = [0, 0];
  const reader = PerfDataReader.open(file);
  for (const { type, body } of reader.records()) {
    if (type === RecordType.sample) samples += 1;
    else if (type === RecordType.lost) lost += Number(body.getBigUint64(8, true));
  }
  reader.close();
  for (const path of [file, `${file}.old`]) rmSync(path, { force: true });
  return { cpuMs, samples, lost };
}

/** The figures of each, and how the first compares with the second. */
export function recordingFigures(outcomes: readonly Outcome<Recording>[]) {
  const figures = outcomes.map(({ name, samples: runs }) => {
    const of = (quantity: string, unit: string, figure: (run: Recording) => number) =>
      series(name, quantity, unit, runs.map(figure));
    return {
      perSample: of('cpu time per sample', 'us', ({ cpuMs, samples }) => (1000 * cpuMs) / samples),
      kept: of('kept', '%', ({ samples, lost }) => (100 * samples) / (samples + lost)),
      samples: of('samples', '', ({ samples }) => samples),
      lost: of('lost', '', ({ lost }) => lost),
    };
  });
  const [ours, perf] = figures;
  if (!ours) throw new Error('nothing was measured');
  return {
    ours,
    perf,
    series: figures.flatMap(({ perSample, kept, samples, lost }) => [perSample, kept, samples, lost]),
    ratios: perf ? [ratio(ours.perSample, perf.perSample)] : [],
  };
}
