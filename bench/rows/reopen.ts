import { spawn } from 'node:child_process';
import { atMost, exactly, series } from '../findings';
import { finish, firstOutput } from '../finish';
import type { Row } from '../row';
import { median } from '../statistics';
import { syscallTracepoints } from '../tracepoints';

const EVENTS = 40;
const GANGS = 16;
const CYCLES = 200;

export const row: Row = {
  name: 'reopen',
  title: `${EVENTS} tracepoints on all CPUs in ${GANGS} groups, opened, read and closed ${CYCLES} times`,
  target: 'file descriptors and memory stay the same',
  rounds: 1,
  async run({ tools }) {
    const names = syscallTracepoints(tools).slice(0, EVENTS);
    if (names.length < EVENTS) throw new Error('no tracepoints can be listed here');
    // Whoever closes the last event of a tracepoint waits for every CPU: a second for all of these, each time.
    const held = tools.syswide(
      'stat',
      '-a',
      '-e',
      names.join(','),
      '-o',
      '/dev/null',
      '--',
      'sh',
      '-c',
      'echo ready; exec cat',
    );
    const holder = spawn(held[0], held.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    const ended = finish(holder);
    try {
      await firstOutput(holder.stdout, ended);
      const [node, ...args] = tools.node('--expose-gc', '-e', reopening(tools.library), names.join(','));
      const { stdout } = await finish(spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] }));
      return findingsOf(stdout);
    } finally {
      holder.stdin.end();
      await ended;
    }
  },
};

/** Writes, for each cycle: open fds while the gangs stand, open fds afterwards, the resident set in KiB, the ms it took. */
const reopening = (library: string): string => `
  const { SystemWideEvent } = require(${JSON.stringify(library)});
  const { readdirSync } = require('node:fs');
  const fds = () => readdirSync('/proc/self/fd').length;
  (async () => {
    for (let cycle = 0; cycle < ${CYCLES}; cycle += 1) {
      const begin = performance.now();
      const gangs = [];
      for (let i = 0; i < ${GANGS}; i += 1) gangs.push(await SystemWideEvent.open({ events: '{' + process.argv[1] + '}' }));
      for (const gang of gangs) gang.arm();
      for (const gang of gangs) gang.read();
      const standing = fds();
      for (const gang of gangs) await gang.close();
      const took = performance.now() - begin;
      gc();
      console.log([standing, fds(), process.memoryUsage.rss() / 1024, took].join(' '));
    }
  })();
`;

function findingsOf(stdout: string) {
  const cycles = stdout
    .trim()
    .split('\n')
    .map((line) => line.split(' ').map(Number));
  const column = (i: number) => cycles.map((cycle) => cycle[i] ?? Number.NaN);
  const [standing, after, resident, took] = [column(0), column(1), column(2), column(3)];
  const quarter = (values: readonly number[], nth: number) =>
    values.slice((nth * CYCLES) / 4, ((nth + 1) * CYCLES) / 4);
  const gained = 100 * (median(quarter(resident, 3)) / median(quarter(resident, 1)) - 1);
  return {
    series: [
      series('syswide', 'file descriptors while they stand', '', standing),
      series('syswide', 'file descriptors afterwards', '', after),
      series('syswide', 'resident set', 'KiB', resident),
      series('syswide', 'time of a cycle', 'ms', took),
    ],
    ratios: [],
    verdicts: [
      exactly(
        'file descriptors more after the last cycle than after the first',
        (after.at(-1) ?? 0) - (after[0] ?? 0),
        0,
      ),
      exactly('different numbers of file descriptors while they stand', new Set(standing).size, 1),
      atMost('memory gained from the second quarter to the last in %', gained, 2),
    ],
    notes: ['another process holds the same tracepoints meanwhile, or each closing would wait for every CPU'],
  };
}
