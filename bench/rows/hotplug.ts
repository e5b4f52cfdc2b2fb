import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { bringCpu1Back, flapCpu1, offlineTime, whyNotCpu1 } from '../cpu1';
import { atMost, type Series, series } from '../findings';
import { finish } from '../finish';
import type { Row } from '../row';
import type { Argv, Tools } from '../tools';

const SECONDS = 5;
const OFFLINE_MS = 1000;
/** Long enough for either tool to have begun. */
const BEFORE_MS = 1500;
const CYCLES = 30;

export const row: Row = {
  name: 'hotplug',
  title: `CPU 1 offline for ${OFFLINE_MS / 1000} of ${SECONDS} s under stat -a, and ${CYCLES} times offline and back under stat and record`,
  target: 'at least 99.5 % of the time that CPU 1 was online is counted; at most 5 ms uncovered in the middle',
  rounds: 3,
  async run(bench: Bench) {
    const reason = whyNotCpu1();
    if (reason) throw new Error(reason);
    try {
      const shares = await countedShares(bench);
      bench.say(`${CYCLES} cycles on an idle machine, then under full load`);
      const idle = series('syswide, idle', 'uncovered after coming online', 'ms', await uncoveredSpans(bench.tools));
      const loaded = series(
        'syswide, full load',
        idle.quantity,
        'ms',
        await underLoad(() => uncoveredSpans(bench.tools)),
      );
      bench.say(`${CYCLES} cycles under record`);
      const recorded = series(
        'syswide record, full load',
        'unsampled after coming online',
        'ms',
        await underLoad(() => unsampledSpans(bench.tools)),
      );
      const ours = shares[0] as Series;
      return {
        series: [...shares, idle, loaded, recorded],
        ratios: [],
        verdicts: [
          atMost("share of CPU 1's online time not counted in %, worst run", Math.max(0, 100 - ours.min), 0.5),
          atMost('uncovered span in ms, median, idle', idle.median, 5),
          atMost('uncovered span in ms, median, full load', loaded.median, 5),
          atMost('unsampled span of record in ms, median, full load', recorded.median, 5),
        ],
        notes: [
          'online: as long as CPU 0 was counted, less the time that a trace of cpuhp:cpuhp_exit gives for CPU 1 offline',
          'above 100 %: it counts on for some ms after the scheduler has left the CPU, until its events are taken away',
          `uncovered: one sample per coming online; ${CYCLES - loaded.samples.length} of ${CYCLES} went again uncounted under load`,
        ],
      };
    } finally {
      bringCpu1Back();
    }
  },
};

/** Of cpu-clock on CPU 1, in percent of the time that it was online: syswide first. */
async function countedShares({ tools, rounds }: Bench): Promise<Series[]> {
  const contenders = [
    { name: 'syswide stat -a', start: tools.syswide },
    ...(tools.perf ? [{ name: 'perf stat -a', start: tools.perf }] : []),
  ];
  const outcomes = await alternate(
    contenders.map(({ name, start }) => ({
      name,
      run: () => countedShare(start('stat', '-a', '-A', '-x,', '-e', 'cpu-clock', '--', 'sleep', String(SECONDS))),
    })),
    rounds,
  );
  return outcomes.map(({ name, samples }) => series(name, "counted of CPU 1's online time", '%', samples));
}

async function countedShare([command, ...args]: Argv): Promise<number> {
  let stderr = '';
  const offline = await offlineTime(async () => {
    const counted = finish(spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    await sleep(BEFORE_MS);
    await flapCpu1(1, OFFLINE_MS, 0);
    ({ stderr } = await counted);
  });
  return (100 * clockOf(stderr, 1)) / (clockOf(stderr, 0) - offline);
}

/** cpu-clock of a CPU in ms; both tools write `CPUn,value,msec,cpu-clock,…`. */
function clockOf(csv: string, cpu: number): number {
  const fields = csv.split('\n').map((line) => line.split(','));
  const value = fields.find(([where, , , event]) => where === `CPU${cpu}` && event === 'cpu-clock')?.[1];
  if (value === undefined || !/^\d+(\.\d+)?$/.test(value)) throw new Error(`no cpu-clock of CPU ${cpu} in '${csv}'`);
  return Number(value);
}

/** How long CPU 1 ran uncounted after each time it came online, in ms. */
async function uncoveredSpans(tools: Tools): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
  try {
    const file = join(folder, 'result.json');
    const events = 'cpu-clock,context-switches,page-faults';
    const seconds = String(3 + CYCLES * 0.25);
    const [command, ...args] = tools.syswide('stat', '-a', '-e', events, '--save', file, '--', 'sleep', seconds);
    const counted = finish(spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    await sleep(BEFORE_MS);
    await flapCpu1(CYCLES, 80, 80);
    await counted;
    const { hotplug } = JSON.parse(readFileSync(file, 'utf8')) as Saved;
    const came = hotplug.happenings.filter(({ kind }) => kind === 'online');
    if (came.length !== CYCLES) throw new Error(`CPU 1 came online ${CYCLES} times, ${came.length} were noticed`);
    return came.flatMap(({ uncoveredNs }) => (uncoveredNs === undefined ? [] : [uncoveredNs / 1e6]));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** How long CPU 1 ran unsampled under `record` after each time it came online, in ms. */
async function unsampledSpans(tools: Tools): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
  try {
    const seconds = String(3 + CYCLES * 0.25);
    const [command, ...args] = tools.syswide('record', '-a', '-o', join(folder, 'perf.data'), '--', 'sleep', seconds);
    const recorded = finish(spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] }));
    await sleep(BEFORE_MS);
    await flapCpu1(CYCLES, 80, 80);
    const { stderr } = await recorded;
    const told = [...stderr.matchAll(/^# cpu1 came online, sampled after ([\d.]+) ms$/gmu)];
    if (told.length !== CYCLES) throw new Error(`CPU 1 came online ${CYCLES} times, ${told.length} were sampled`);
    return told.map(([, ms]) => Number(ms));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What is read of a result saved by `stat --save`. */
interface Saved {
  readonly hotplug: { readonly happenings: readonly { readonly kind: string; readonly uncoveredNs?: number }[] };
}

/** With as many busy loops as there are CPUs. */
async function underLoad<T>(action: () => Promise<T>): Promise<T> {
  const loads: ChildProcess[] = [0, 1].map(() => spawn('sh', ['-c', 'while :; do :; done'], { stdio: 'ignore' }));
  try {
    return await action();
  } finally {
    for (const load of loads) load.kill('SIGKILL');
  }
}
