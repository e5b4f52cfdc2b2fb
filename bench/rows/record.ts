import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { atMost, exactly, ratio, series } from '../findings';
import type { Row } from '../row';
import { median } from '../statistics';
import { timed } from '../timed';
import type { Argv } from '../tools';

const SECONDS = 20;
const FREQUENCY = 25_000;

export const row: Row = {
  name: 'record',
  title: `record -a -g -F ${FREQUENCY} for ${SECONDS} s, every CPU busy`,
  target: "no sample lost; CPU time per sample at most perf's",
  rounds: 3,
  async run(bench: Bench) {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    const load = [...Array(cpuCount()).keys()].map(() => spawn('sh', ['-c', TREE_WALK], { stdio: 'ignore' }));
    try {
      return await findings(bench, join(folder, 'perf.data'));
    } finally {
      for (const one of load) one.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** Stacks of many depths in the kernel and in user space, for ever. */
const TREE_WALK = 'while :; do find /usr -type f -name "*.h" -newer /etc/passwd > /dev/null 2>&1; done';

const cpuCount = (): number => Number(execFileSync('nproc', { encoding: 'utf8' }));

/** What one recording cost, and what it holds. */
interface Recording {
  readonly cpuMs: number;
  readonly samples: number;
  readonly lost: number;
}

async function findings({ tools, programs, rounds }: Bench, file: string) {
  const options = ['record', '-a', '-g', '-F', `${FREQUENCY}`, '-o', file, '--', 'sleep', `${SECONDS}`];
  const contestants = [
    { name: 'syswide', argv: tools.syswide(...options) },
    ...(tools.perf ? [{ name: 'perf', argv: tools.perf(...options) }] : []),
  ];
  const outcomes = await alternate<Recording>(
    contestants.map(({ name, argv }) => ({ name, run: () => recorded(programs, argv, file) })),
    rounds,
  );
  const figures = outcomes.map(({ name, samples: runs }) => ({
    perSample: series(
      name,
      'cpu time per sample',
      'us',
      runs.map(({ cpuMs, samples }) => (1000 * cpuMs) / samples),
    ),
    samples: series(
      name,
      'samples',
      '',
      runs.map(({ samples }) => samples),
    ),
    lost: series(
      name,
      'LOST records',
      '',
      runs.map(({ lost }) => lost),
    ),
  }));
  const [ours, perf] = figures;
  if (!ours) throw new Error('nothing was measured');
  const ratios = perf ? [ratio(ours.perSample, perf.perSample)] : [];
  return {
    series: figures.flatMap(({ perSample, samples, lost }) => [perSample, samples, lost]),
    ratios,
    verdicts: [
      exactly(
        'samples that syswide lost, most of a run',
        Math.max(...(outcomes[0]?.samples ?? []).map(({ lost }) => lost)),
        0,
      ),
      ...ratios.map(({ of, ofMedians }) => atMost(`CPU time per sample of ${of}, times perf's`, ofMedians, 1)),
    ],
    notes: [
      `samples of a run, median of syswide: ${median((outcomes[0]?.samples ?? []).map(({ samples }) => samples))}`,
    ],
  };
}

/** What is in the file is counted by perf, whoever wrote it. */
function recorded(programs: Bench['programs'], argv: Argv, file: string): Recording {
  const { cpuMs } = timed(programs, argv);
  const stats = execFileSync('perf', ['report', '-i', file, '--stats'], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const number = (pattern: RegExp): number => Number(pattern.exec(stats)?.[1] ?? 0);
  rmSync(file, { force: true });
  rmSync(`${file}.old`, { force: true });
  return { cpuMs, samples: number(/SAMPLE events: +(\d+)/), lost: number(/(?:LOST|LOST_SAMPLES) events: +(\d+)/) };
}
