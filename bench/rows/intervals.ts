import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { atMost, exactly, ratio, series } from '../findings';
import { finish } from '../finish';
import type { Row } from '../row';
import { median } from '../statistics';
import { timed } from '../timed';
import type { Argv } from '../tools';

const SECONDS = 5;
const EVERY_MS = 10;
const TICKS = (SECONDS * 1000) / EVERY_MS;
/** How much dearer than perf it may be. */
const LIMIT = 1.5;
/** With as small a heap as it is given, V8 collects all garbage twice a second. */
const MEMORY_SECONDS = 60;

/** Ten software events and ten tracepoints. */
const events = [
  ...['task-clock', 'context-switches', 'cpu-migrations', 'page-faults', 'minor-faults', 'major-faults'],
  ...['alignment-faults', 'emulation-faults', 'cpu-clock', 'cgroup-switches'],
  ...['sched:sched_switch', 'sched:sched_wakeup', 'sched:sched_process_fork', 'sched:sched_process_exit'],
  ...['sched:sched_process_exec', 'raw_syscalls:sys_enter', 'raw_syscalls:sys_exit', 'irq:softirq_entry'],
  ...['timer:timer_start', 'timer:hrtimer_start'],
].join(',');

export const row: Row = {
  name: 'intervals',
  title: `stat -a -I ${EVERY_MS} with 20 events for ${SECONDS} s`,
  target: `at most ${LIMIT} times perf's CPU time; ${TICKS} ticks, none skipped, drift below 1 %; memory does not grow`,
  rounds: 5,
  async run(bench: Bench) {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    try {
      return await findings(bench, join(folder, 'intervals.csv'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

async function findings({ tools, programs, rounds, say }: Bench, file: string) {
  const contestants = [
    { name: 'syswide', start: tools.syswide },
    ...(tools.perf ? [{ name: 'perf', start: tools.perf }] : []),
  ].map(({ name, start }) => {
    const counting = ['stat', '-a', '-x,', '-e', events, '-o', file];
    const command = ['--', 'sleep', String(SECONDS)];
    return {
      name,
      ticking: {
        name: `${name} -I ${EVERY_MS}`,
        run: () => ticking(programs, start(...counting, '-I', `${EVERY_MS}`, ...command), file),
      },
      once: {
        name: `${name}, once`,
        run: () => ({ cpuMs: timed(programs, start(...counting, ...command)).cpuMs, times: [] }),
      },
    };
  });
  const outcomes = await alternate<Run>(
    contestants.flatMap(({ ticking, once }) => [ticking, once]),
    rounds,
  );
  say(`memory over ${MEMORY_SECONDS} s`);
  const growth = await memoryGrowth(
    tools.node(
      ...['--trace-gc', '--max-old-space-size=8', ...tools.syswide('stat', '-a', '-x,', '-e', events, '-o', file)],
      ...['-I', `${EVERY_MS}`, '--', 'sleep', String(MEMORY_SECONDS)],
    ),
  );
  const samplesOf = (name: string) => outcomes.find((outcome) => outcome.name === name)?.samples ?? [];
  const figures = contestants.map(({ name, ticking, once }) => {
    const [whole, without] = [ticking, once].map((one) => samplesOf(one.name).map(({ cpuMs }) => cpuMs));
    const more = (whole ?? []).map((cpuMs, round) => cpuMs - (without?.[round] ?? Number.NaN));
    return {
      whole: series(ticking.name, 'cpu time', 'ms', whole ?? []),
      once: series(once.name, 'cpu time', 'ms', without ?? []),
      ticks: series(`${name}, the ${TICKS} ticks alone`, 'cpu time', 'ms', more),
    };
  });
  const [ours, perf] = figures;
  if (!ours) throw new Error('nothing was measured');
  const runs = samplesOf(`syswide -I ${EVERY_MS}`).map(({ times }) => ticksOf(times));
  const ratios = perf ? [ratio(ours.whole, perf.whole), ratio(ours.ticks, perf.ticks)] : [];
  return {
    series: [...figures.flatMap(({ whole, once, ticks }) => [whole, once, ticks]), growth],
    ratios,
    verdicts: [
      ...ratios.map(({ of, ofMedians }) => atMost(`CPU time of ${of}, times perf's`, ofMedians, LIMIT)),
      exactly('ticks, fewest of a run', Math.min(...runs.map(({ count }) => count)), TICKS),
      exactly('ticks skipped, most of a run', Math.max(...runs.map(({ skipped }) => skipped)), 0),
      atMost('drift after the last tick in %, worst run', Math.max(...runs.map(({ drift }) => drift)), 1),
      atMost('memory gained from the second quarter to the last in %', growth.median, 2),
    ],
    notes: [
      'once: the same without -I, that is start-up, opening, reading once and closing',
      `the ticks alone: the run with -I minus the one without of the same round`,
      `memory: what full garbage collections leave, by quarters of ${MEMORY_SECONDS} s, medians`,
    ],
  };
}

/** What one run cost, and when its intervals ended, in s. */
interface Run {
  readonly cpuMs: number;
  readonly times: readonly number[];
}

function ticking(programs: Bench['programs'], argv: Argv, file: string): Run {
  const { cpuMs } = timed(programs, argv);
  const lines = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => /^ +\d/.test(line));
  return { cpuMs, times: [...new Set(lines.map((line) => Number(line.split(',')[0])))] };
}

/** The last interval is cut short by the end of the command, and is none of the ticks. */
function ticksOf(times: readonly number[]): { count: number; skipped: number; drift: number } {
  const ticks = times.filter((time) => time < SECONDS + EVERY_MS / 2000).slice(0, TICKS);
  const gaps = ticks.map((time, i) => time - (ticks[i - 1] ?? 0));
  const last = ticks.at(-1) ?? Number.NaN;
  return {
    count: ticks.length,
    skipped: gaps.filter((gap) => gap > (1.5 * EVERY_MS) / 1000).length,
    drift: (100 * Math.abs(last - (ticks.length * EVERY_MS) / 1000)) / SECONDS,
  };
}

/** In percent: what full garbage collections leave in the last quarter of the time over what they left in the second. */
async function memoryGrowth([command, ...args]: Argv) {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  const { stdout } = await finish(child);
  const alive = [...stdout.matchAll(/Mark-Compact [\d.]+ \([\d.]+\) -> ([\d.]+)/g)].map(([, mb]) => Number(mb));
  const quarter = (nth: number) => median(alive.slice((alive.length * nth) / 4, (alive.length * (nth + 1)) / 4));
  return series('syswide', 'memory gained', '%', [100 * (quarter(3) / quarter(1) - 1)]);
}
