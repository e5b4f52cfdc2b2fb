import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { SampleType } from '../../src/abi/perf-event';
import { RecordType } from '../../src/abi/ring-page';
import { decodeSample } from '../../src/abi/sample';
import { PerfDataReader } from '../../src/perfdata/perf-data-reader';
import { needs } from '../live/needs';
import { eventually, hasPerf, isRoot, linesOf, type Outcome, start, startSyswide } from '../live/run';
import { rounds, tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-signals-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE', 'SIGKILL'] as const;
type Signal = (typeof signals)[number];
const times = rounds(50, 2);
const timeout = times * 12_000;

/** Two are killed at a time, as most of it is waiting for the moment; one starts when the other has. */
const [AT_A_TIME, APART_MS] = [2, 600];

/** When the i-th of them ends, in ms after its start: the first one late, the second early. */
const momentOf = (i: number): number => ((AT_A_TIME - 1 - i + Math.random()) * LATEST_MS) / AT_A_TIME;

/** The latest moment of a kill after the start, in ms: some come before anything is open. */
const LATEST_MS = 2200;

/** How old the last thing in a file may be, in s. */
const OLDEST_S = 1;

/** What a start may take, on a machine that is busy. */
const START_S = 1;

const numberOf = (signal: Signal): number => constants.signals[signal];
const seconds = (): number => Number(process.hrtime.bigint()) / 1e9;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** The processes that have a text in their command line: a command, also one that waits for its exec. */
const withText = (text: string): string[] =>
  readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(text);
    } catch {
      return false;
    }
  });

/** Whether a process ignores a signal. Source: proc(5), SigIgn. */
function ignores(pid: number, signal: Signal): boolean {
  try {
    const [, mask = '0'] = /^SigIgn:\s+([\da-f]+)$/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return ((BigInt(`0x${mask}`) >> BigInt(numberOf(signal) - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}

interface Kill {
  readonly outcome: Outcome;
  /** CLOCK_MONOTONIC in s, of the start and of the signal. */
  readonly started: number;
  readonly at: number;
  /** Node ignores SIGPIPE until a handler stands: what comes before that nobody hears. */
  readonly heard: boolean;
}

/** Runs a busy command under syswide, and sends a signal at a random moment. */
async function killed(signal: Signal, args: readonly string[], mark: string, moment: number): Promise<Kill> {
  const started = seconds();
  const running = startSyswide([...args, '--', 'sh', '-c', 'while :; do :; done', mark]);
  await pause(moment);
  const at = seconds();
  running.process.kill(signal);
  // A handler comes later, and stays: what is ignored now was ignored then, and nobody hears it any more.
  const isLost = signal === 'SIGPIPE' && ignores(running.process.pid ?? 0, signal);
  const ends = !isLost && (await Promise.race([running.ended.then(() => true), pause(6000).then(() => false)]));
  if (!ends) running.process.kill('SIGTERM');
  const outcome = await running.ended;
  await eventually(() => withText(mark).length === 0, `the command is gone after ${signal}`);
  expect(ends || (signal === 'SIGPIPE' && at - started < 1), `${signal} after ${at - started} s was ignored`).toBe(
    true,
  );
  return { outcome, started, at, heard: ends };
}

/** As a shell tells it: 128 + N, whether it was caught or came before anything could catch it. */
function expectStatus({ outcome, heard }: Kill, signal: Signal): void {
  const { status } = outcome;
  const told = status ?? 128 + (outcome.signal ? constants.signals[outcome.signal] : 0);
  expect(told, outcome.stderr).toBe(128 + numberOf(heard ? signal : 'SIGTERM'));
  if (signal === 'SIGKILL') expect(outcome.signal).toBe('SIGKILL');
  expect(outcome.stderr).not.toMatch(/error\[|\n {4}at /);
}

const plain =
  SampleType.identifier | SampleType.ip | SampleType.tid | SampleType.time | SampleType.cpu | SampleType.period;

/** Of a recording: how many samples, and when the last was taken, in s. */
function samplesIn(path: string): { count: number; last: number } {
  const reader = PerfDataReader.open(path);
  let [count, last] = [0, 0n];
  for (const { type, body } of reader.records()) {
    if (type !== RecordType.sample) continue;
    const { time = 0n } = decodeSample(body, { sampleType: plain, readFormat: 0, littleEndian: true }) ?? {};
    count += 1;
    if (time > last) last = time;
  }
  reader.close();
  return { count, last: Number(last) / 1e9 };
}

const sizeOf = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? -1;

/** Nothing that was left behind stands in the way of whoever comes next. */
async function expectUndisturbed(): Promise<void> {
  const [next, list] = await Promise.all([
    startSyswide(['stat', '-a', '-x,', '-e', 'context-switches', '--', 'true']).ended,
    startSyswide(['ps', '--json']).ended,
  ]);
  expect(next.status, next.stderr).toBe(0);
  expect(list.status, list.stderr).toBe(0);
  expect(list.stdout).not.toContain('torture-mark');
}

/** What all of it came to. */
const sum = { kills: 0, files: 0, early: 0, unheard: 0, rows: 0, oldest: 0 };

/** A recording that was killed: perf, our reader and our command line find the same samples in it, up to the last sync. */
async function expectRecording(path: string, kill: Kill): Promise<void> {
  const ours = samplesIn(path);
  const [theirs, script] = await Promise.all([
    start('perf', ['script', '-i', path, '-F', 'time']).ended,
    startSyswide(['script', '-i', path, '-F', 'time']).ended,
  ]);
  expect({ status: theirs.status, stderr: theirs.stderr }).toEqual({ status: 0, stderr: '' });
  expect(linesOf(theirs.stdout)).toHaveLength(ours.count);
  expect(script.status, script.stderr).toBe(0);
  expect(linesOf(script.stdout)).toHaveLength(ours.count);
  if (!kill.heard) return;
  // Without a sample yet, all since the start is missing, and the time that a start takes.
  const lost = kill.at - (ours.count > 0 ? ours.last : kill.started + START_S);
  expect(lost, `${ours.count} samples`).toBeLessThan(OLDEST_S);
  sum.oldest = Math.max(sum.oldest, lost);
}

/** Interval rows that were written until a kill: whole ones, up to the last interval. */
function expectRows(path: string, kill: Kill): void {
  const text = readFileSync(path, 'utf8');
  expect(text === '' || text.endsWith('\n')).toBe(true);
  const rows = linesOf(text).filter((line) => !line.startsWith('#'));
  for (const row of rows) expect(row).toMatch(/^ +\d+\.\d{9},\d+,,context-switches,\d+,100\.00,.*$/);
  sum.rows += rows.length;
  if (!kill.heard) return;
  const last = Number(/\d+\.\d+/.exec(rows.at(-1) ?? '')?.[0] ?? 0);
  expect(kill.at - kill.started - START_S - last, text).toBeLessThan(OLDEST_S);
}

type Check = (path: string, kill: Kill) => void | Promise<void>;

async function judge(signal: Signal, path: string, kill: Kill, check: Check): Promise<void> {
  expectStatus(kill, signal);
  sum.kills += 1;
  if (!kill.heard) sum.unheard += 1;
  if (sizeOf(path) <= 0) {
    // It did not come to the file, or not to its first byte.
    sum.early += 1;
    expect(kill.at - kill.started, 'a file begins').toBeLessThan(START_S + OLDEST_S);
    return;
  }
  sum.files += 1;
  await check(path, kill);
  rmSync(path);
}

async function killOften(signal: Signal, args: (path: string) => string[], check: Check): Promise<void> {
  for (let round = 0; round < times; round += AT_A_TIME) {
    const kills = Array.from({ length: AT_A_TIME }, async (_, i) => {
      const path = join(folder, `${signal}-${round + i}`);
      await pause(i * APART_MS);
      const kill = await killed(signal, args(path), `torture-mark-${process.pid}-${signal}-${round + i}.`, momentOf(i));
      return { path, kill };
    });
    // No start has what looks at files beside it.
    await Promise.all((await Promise.all(kills)).map(({ path, kill }) => judge(signal, path, kill, check)));
  }
  await expectUndisturbed();
}

describe('killed at random moments', () => {
  needs(isRoot && hasPerf, 'root and perf');
  afterAll(() => {
    const { kills, files, early, unheard, rows, oldest } = sum;
    const kept = `${files} files readable, ${early} before there was one, ${unheard} SIGPIPE before a handler stood`;
    tell('signals', `${kills} kills, ${kept}, ${rows} rows, 0 orphans, oldest loss ${oldest.toFixed(2)} s`);
  });

  it.each(signals)('record, by %s: the file can be read, the command is gone', { timeout }, async (signal) => {
    await killOften(signal, (path) => ['record', '-a', '-F', '1000', '-o', path], expectRecording);
  });

  it.each(signals)('stat -I, by %s: whole rows up to the last interval', { timeout }, async (signal) => {
    const args = ['stat', '-a', '-x,', '-I', '100', '-e', 'context-switches', '-o'];
    await killOften(signal, (path) => [...args, path], expectRows);
  });
});
