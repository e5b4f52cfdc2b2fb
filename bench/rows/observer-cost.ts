import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { atMost, ratio, series } from '../findings';
import { finish } from '../finish';
import type { Row } from '../row';
import { taskCountOf } from '../stat-csv';
import type { Argv } from '../tools';

/** How long each tool counts, as in the issue's `sleep 5`. */
const SECONDS = 5;
/** When a second observer attaches, and for how long: well inside of what counts. */
const MIDDLE = { afterMs: 500, seconds: 4 };

/** What the threads of a counting tool did meanwhile. */
interface Cost {
  readonly switches: number;
  readonly cpuMs: number;
  readonly threads: number;
  /** Of the middle span only, counted by perf; absent without it. */
  readonly middle?: { readonly switches: number; readonly cpuMs: number };
}

export const row: Row = {
  name: 'observer-cost',
  title: `what stat -a costs by itself while it counts for ${SECONDS} s`,
  target: 'at most 10 context switches and 10 ms of CPU in all threads of syswide between arming and reading',
  rounds: 5,
  async run(bench) {
    const { tools, programs, rounds } = bench;
    const stat = ['stat', '-a', '--', programs.path('watch-parent'), String(SECONDS)];
    const contenders: [string, Argv][] = [
      ['syswide stat -a', tools.syswide(...stat)],
      ...(tools.perf ? [['perf stat -a', tools.perf(...stat)] as [string, Argv]] : []),
    ];
    const outcomes = await alternate(
      contenders.map(([name, argv]) => ({ name, run: () => costOf(argv, bench) })),
      rounds,
    );
    const all = outcomes.map(({ name, samples }) => {
      const one = (quantity: string, unit: string, of: (cost: Cost) => number) =>
        series(name, quantity, unit, samples.map(of));
      const main = {
        switches: one('context switches', '', (cost) => cost.switches),
        cpu: one('cpu time', 'ms', (cost) => cost.cpuMs),
        threads: one('threads', '', (cost) => cost.threads),
      };
      const middle = samples.every((cost) => cost.middle)
        ? [
            one('switches in the middle', '', (cost) => cost.middle?.switches ?? Number.NaN),
            one('cpu time in the middle', 'ms', (cost) => cost.middle?.cpuMs ?? Number.NaN),
          ]
        : [];
      return { ...main, all: [...Object.values(main), ...middle] };
    });
    const [ours, perf] = all;
    if (!ours) throw new Error('nothing was measured');
    return {
      series: all.flatMap((tool) => tool.all),
      // perf does next to nothing here; a ratio of context switches could divide by none.
      ratios: perf && perf.cpu.min > 0 ? [ratio(ours.cpu, perf.cpu)] : [],
      verdicts: [
        atMost('context switches of syswide, worst run', ours.switches.max, 10),
        atMost('CPU time of syswide in ms, worst run', ours.cpu.max, 10),
      ],
      notes: [
        'measured by the command that stat runs: it looks at the threads of its parent when it starts and when it ends',
        ...(tools.perf
          ? [`in the middle: ${MIDDLE.seconds} of the ${SECONDS} s, counted from outside by perf stat -p as a check`]
          : []),
      ],
    };
  },
};

async function costOf(argv: Argv, { tools }: Bench): Promise<Cost> {
  const [command, ...args] = argv;
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const finished = finish(child);
  const [{ stdout }, middle] = await Promise.all([finished, tools.perf ? middleOf(child.pid, tools.perf) : undefined]);
  const [switches, cpuNs, threads] = stdout.trim().split(' ').map(Number);
  if (switches === undefined || cpuNs === undefined || threads === undefined) {
    throw new Error(`watch-parent said '${stdout}'`);
  }
  return { switches, cpuMs: cpuNs / 1e6, threads, ...(middle ? { middle } : {}) };
}

async function middleOf(pid: number | undefined, perf: (...args: string[]) => Argv): Promise<Cost['middle']> {
  await sleep(MIDDLE.afterMs);
  const [command, ...args] = perf(
    ...['stat', '-x,', '-e', 'context-switches,task-clock', '-p', String(pid), '--', 'sleep', String(MIDDLE.seconds)],
  );
  const { stderr } = await finish(spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  return { switches: taskCountOf(stderr, 'context-switches'), cpuMs: taskCountOf(stderr, 'task-clock') };
}
