import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { finish } from './finish';
import type { Argv } from './tools';

/** What the threads of a tool did in a span of time. */
export interface SpanCost {
  readonly switches: number;
  readonly cpuMs: number;
}

const EVENTS = [
  'sched:sched_switch',
  'sched:sched_stat_runtime',
  'sched:sched_process_exit',
  'syscalls:sys_enter_ioctl',
  'syscalls:sys_enter_read',
];

/** PERF_EVENT_IOC_ENABLE of include/uapi/linux/perf_event.h, as perf script prints it. */
const ENABLE = '0x00002400';

/**
 * Runs a tool under `perf record` and says what its threads did between arming and reading: from the last
 * PERF_EVENT_IOC_ENABLE to the first read of an enabled event after the tool's command has ended.
 *
 * The kernel accounts CPU time at ticks and switches, so up to a tick before the span is counted as in it.
 *
 * @param argv the tool, with a command that is one process
 */
export async function traceSpan(perf: (...args: string[]) => Argv, argv: Argv): Promise<SpanCost> {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
  const file = join(folder, 'perf.data');
  try {
    await finish(start(perf('record', '-q', '-B', '-o', file, '-e', EVENTS.join(','), '--', ...argv)));
    const { stdout } = await finish(start(perf('script', '-i', file, '-F', 'pid,tid,time,event,trace')));
    return spanCost(stdout.split('\n').flatMap(parse));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const start = ([command, ...args]: Argv) => spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });

interface Happening {
  readonly pid: string;
  readonly tid: string;
  readonly event: string;
  readonly fields: string;
}

/** `  16204/16206  3809.897025: sched:sched_switch: prev_comm=…` */
function parse(line: string): Happening[] {
  const match = /^\s*(\d+)\/(\d+)\s+[\d.]+:\s+(\S+): (.*)$/.exec(line);
  return match ? [{ pid: match[1] ?? '', tid: match[2] ?? '', event: match[3] ?? '', fields: match[4] ?? '' }] : [];
}

/** @param happenings in the order of time, as perf script prints them */
function spanCost(happenings: readonly Happening[]): SpanCost {
  // Other threads enable events later, on CPUs that come online.
  const enables = happenings.filter(
    ({ pid, tid, event, fields }) => pid === tid && event.endsWith('_ioctl') && fields.includes(`cmd: ${ENABLE}`),
  );
  const last = enables.at(-1);
  const events = new Set(enables.map(({ fields }) => fdOf(fields)));
  const begin = last ? happenings.indexOf(last) : -1;
  const exit = happenings.findIndex((it, i) => i > begin && it.event.endsWith('_exit') && it.pid !== last?.pid);
  const isRead = ({ pid, event, fields }: Happening) =>
    pid === last?.pid && event.endsWith('_read') && events.has(fdOf(fields));
  const end = happenings.findIndex((it, i) => i > exit && isRead(it));
  if (!last || exit < 0 || end < 0) {
    throw new Error(
      'perf recorded no arming, end of the command and reading: it loses what follows when a CPU goes offline',
    );
  }
  const own = happenings.slice(begin, end).filter(({ pid }) => pid === last.pid);
  const runtimes = own.map(({ fields }) => Number(/ runtime=(\d+)/.exec(fields)?.[1] ?? 0));
  return {
    switches: own.filter(({ event }) => event === 'sched:sched_switch').length,
    cpuMs: runtimes.reduce((sum, ns) => sum + ns, 0) / 1e6,
  };
}

const fdOf = (fields: string): string | undefined => /^fd: (\S+?),/.exec(fields)?.[1];
