import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { atMost, type Series, series } from '../findings';
import { finish } from '../finish';
import type { Row } from '../row';
import { type SpanCost, traceSpan } from '../span-trace';
import { taskCountOf } from '../stat-csv';
import type { Argv } from '../tools';

/** How long each tool counts, as in the issue's `sleep 5`. */
const SECONDS = 5;
/** When a second observer attaches, and for how long: well inside of what counts. */
const MIDDLE = { afterMs: 500, seconds: 4 };

type Perf = (...args: string[]) => Argv;

export const row: Row = {
  name: 'observer-cost',
  title: `what stat -a costs by itself while it counts for ${SECONDS} s`,
  target: 'at most 10 context switches and 10 ms of CPU in all threads of syswide between arming and reading',
  rounds: 5,
  async run({ tools, programs, rounds }: Bench) {
    const { perf } = tools;
    const counters = [
      { name: 'syswide stat -a', start: tools.syswide },
      ...(perf ? [{ name: 'perf stat -a', start: perf }] : []),
    ];
    const contenders = counters.flatMap(({ name, start }) => {
      const watched = start('stat', '-a', '--', programs.path('watch-parent'), String(SECONDS));
      const plain = start('stat', '-a', '--', 'sleep', String(SECONDS));
      return [
        { name: `${name}: seen by its command`, run: () => watchedCost(watched, perf) },
        ...(perf ? [{ name: `${name}: traced`, run: async () => ({ whole: await traceSpan(perf, plain) }) }] : []),
      ];
    });
    const outcomes = await alternate<Cost>(contenders, rounds);
    const figures = outcomes.map(({ name, samples }) => seriesOf(name, samples));
    // The trace begins at the arming itself, the command a little later.
    const ours = figures[perf ? 1 : 0];
    if (!ours) throw new Error('nothing was measured');
    return {
      series: figures.flatMap(({ switches, cpu, others }) => [switches, cpu, ...others]),
      ratios: [],
      verdicts: [
        atMost('context switches of syswide, worst run', ours.switches.max, 10),
        atMost('CPU time of syswide in ms, worst run', ours.cpu.max, 10),
      ],
      notes: [
        'seen by its command: it looks at the threads of its parent when it starts and when it ends',
        ...(perf
          ? [
              `in the middle: ${MIDDLE.seconds} of the ${SECONDS} s, counted by perf stat -p as a check`,
              'traced: from the last enable to the first read, under perf record; judged, as it misses nothing',
            ]
          : ['what happens between arming and the start of the command is not seen without perf']),
      ],
    };
  },
};

/** What the threads of a counting tool did. */
interface Cost {
  readonly whole: SpanCost;
  readonly middle?: SpanCost;
  readonly threads?: number;
}

function seriesOf(name: string, costs: readonly Cost[]): { switches: Series; cpu: Series; others: Series[] } {
  const threads = costs.flatMap((cost) => cost.threads ?? []);
  const middles = costs.flatMap((cost) => cost.middle ?? []);
  const middle = `${name}, in the middle`;
  return {
    ...costSeries(
      name,
      costs.map(({ whole }) => whole),
    ),
    others: [
      ...(threads.length > 0 ? [series(name, 'threads', '', threads)] : []),
      ...(middles.length > 0 ? Object.values(costSeries(middle, middles)) : []),
    ],
  };
}

const costSeries = (name: string, costs: readonly SpanCost[]) => ({
  switches: series(
    name,
    'context switches',
    '',
    costs.map(({ switches }) => switches),
  ),
  cpu: series(
    name,
    'cpu time',
    'ms',
    costs.map(({ cpuMs }) => cpuMs),
  ),
});

async function watchedCost([command, ...args]: Argv, perf: Perf | undefined): Promise<Cost> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const [{ stdout }, middle] = await Promise.all([finish(child), perf ? middleCost(child.pid, perf) : undefined]);
  const [switches, cpuNs, threads] = stdout.trim().split(' ').map(Number);
  if (switches === undefined || cpuNs === undefined || threads === undefined) {
    throw new Error(`watch-parent said '${stdout}'`);
  }
  return { whole: { switches, cpuMs: cpuNs / 1e6 }, threads, ...(middle ? { middle } : {}) };
}

async function middleCost(pid: number | undefined, perf: Perf): Promise<SpanCost> {
  await sleep(MIDDLE.afterMs);
  const [command, ...args] = perf(
    ...['stat', '-x,', '-e', 'context-switches,task-clock', '-p', String(pid), '--', 'sleep', String(MIDDLE.seconds)],
  );
  const { stderr } = await finish(spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
  return { switches: taskCountOf(stderr, 'context-switches'), cpuMs: taskCountOf(stderr, 'task-clock') };
}
