import { spawn } from 'node:child_process';
import type { Bench } from '../bench';
import { atMost, type Findings, series } from '../findings';
import { finish, firstOutput, type Output } from '../finish';
import { lastOnlineCpu, onlineCpuCount } from '../machine';
import type { Row } from '../row';
import { type CsvCount, countOf } from '../stat-csv';
import { max } from '../statistics';
import type { Argv } from '../tools';

const EVENTS = ['context-switches', 'page-faults', 'raw_syscalls:sys_enter'];
/** `sleep 2` that says when it begins, which is when everything has been armed. */
const STAT = ['stat', '-a', '-x,', '-e', EVENTS.join(','), '--', 'sh', '-c', 'echo armed; exec sleep 2'];

export const row: Row = {
  name: 'agreement',
  title: 'syswide and perf counting the same 2 s of the whole machine',
  target: 'each count within 5 % of perf',
  rounds: 8,
  async run(bench) {
    const { perf } = bench.tools;
    if (!perf) {
      const counted = await underLoad(bench, () => countedBy([bench.tools.syswide(...STAT)]));
      return {
        series: EVENTS.map((event) => series('syswide', event, '', rowOf(counted, 0, event))),
        ratios: [],
        verdicts: [],
        notes: ['perf is missing: nothing to agree with'],
      };
    }
    return comparison(await underLoad(bench, () => countedBy([bench.tools.syswide(...STAT), perf(...STAT)])));
  },
};

/** What the tools that ran together counted, by event, in their order. */
type Counted = Map<string, CsvCount>[];

/** Runs all of them at the same time: each is started when the one before has begun to count. */
async function countedBy(tools: readonly Argv[]): Promise<Counted> {
  const runs: Promise<Output>[] = [];
  for (const [command, ...args] of tools) {
    const run = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const finished = finish(run);
    runs.push(finished);
    await firstOutput(run.stdout, finished);
  }
  const outputs = await Promise.all(runs);
  return outputs.map(({ stderr }) => new Map(EVENTS.map((event) => [event, countOf(stderr, event)])));
}

/** Repeats something while the steady load runs. */
async function underLoad<T>({ programs, rounds, say }: Bench, once: () => Promise<T>): Promise<T[]> {
  const load = spawn(programs.path('steady-load'), [lastOnlineCpu()], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = finish(load);
  await firstOutput(load.stdout, ended);
  const results: T[] = [];
  try {
    for (let round = 0; round < rounds; round++) {
      results.push(await once());
      say(`round ${round + 1} of ${rounds} done`);
    }
  } finally {
    load.stdin.end();
    await ended;
  }
  return results;
}

const rowOf = (counted: readonly Counted[], tool: number, event: string): number[] =>
  counted.map((tools) => tools[tool]?.get(event)?.value ?? Number.NaN);

/** How long an event was counted on each CPU. */
const windows = (counted: readonly Counted[], tool: number): number[] =>
  counted.map((tools) => (tools[tool]?.get(EVENTS[0] ?? '')?.runningMs ?? Number.NaN) / onlineCpuCount());

function comparison(counted: readonly Counted[]): Findings {
  const compared = EVENTS.map((event) => {
    const [ours, perf] = [rowOf(counted, 0, event), rowOf(counted, 1, event)];
    const differences = ours.map((count, round) => (count / (perf[round] ?? Number.NaN) - 1) * 100);
    return {
      counts: [series('syswide', event, '', ours), series('perf', event, '', perf)],
      difference: series('syswide against perf', event, '%', differences),
      verdict: atMost(`${event}: worst difference in %`, max(differences.map(Math.abs)), 5),
    };
  });
  return {
    series: [
      ...compared.flatMap(({ counts }) => counts),
      series('syswide', 'time counted', 'ms', windows(counted, 0)),
      series('perf', 'time counted', 'ms', windows(counted, 1)),
      ...compared.map(({ difference }) => difference),
    ],
    ratios: [],
    verdicts: compared.map(({ verdict }) => verdict),
    notes: [
      'steady load meanwhile, a second: 240,000 system calls and more, 250,000 page faults, 40,000 context switches',
      'counts follow the time counted: under contention, either may be late to read when its sleep has ended',
      'perf is started when syswide has begun to count, so that the start-up of Node is in neither count',
    ],
  };
}
