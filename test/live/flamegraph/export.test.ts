import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Ajv from 'ajv';
import { afterAll, describe, expect, it } from 'vitest';
import { hasChromium } from '../browser';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';
import { hasViewers, inFirefoxProfiler, inTraceViewer } from '../viewers';
import { inSpeedscope, release } from './speedscope';

needs(isRoot && hasPerf && hasChromium, 'root, perf and chromium');

const folder = mkdtempSync(join(tmpdir(), 'syswide-export-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (isRoot && hasPerf) {
  const load = 'timeout 1 sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done"; true';
  perf(['record', '-q', '-g', '--sample-cpu', '-F', '2000', '-o', path, '--', 'sh', '-c', load]);
}

/** The file of a format, which is written once. */
function exported(format: string): string {
  const file = join(folder, format);
  if (existsSync(file)) return file;
  const { status, stderr } = syswide(['export', '-i', path, '--format', format, '-o', file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return file;
}

const json = (format: string): unknown => JSON.parse(readFileSync(exported(format), 'utf8'));
const samples = (): number => samplesOfPerf().length;

/** A sample as `perf script` has it. */
interface PerfSample {
  readonly comm: string;
  readonly pid: string;
  readonly tid: string;
  readonly cpu: number;
  readonly ns: number;
  readonly period: number;
  /** The innermost first. */
  readonly frames: readonly { readonly symbol: string; readonly dso: string }[];
}

let known: readonly PerfSample[] | undefined;

/** All of them, which perf tells once. */
function samplesOfPerf(): readonly PerfSample[] {
  const fields = 'comm,pid,tid,cpu,time,period,ip,sym,dso';
  known ??= perf(['script', '-i', path, '--ns', '-F', fields])
    .stdout.split('\n\n')
    .filter((block) => block.trim() !== '')
    .map(sampleIn);
  return known;
}

/** What one block of it says: a line of the sample, and one of each of its callers. */
function sampleIn(block: string): PerfSample {
  const [head = '', ...lines] = block.split('\n').filter((line) => line !== '');
  const told = /^\s*(.*?)\s+(\d+)\/(\d+)\s+\[(\d+)\]\s+(\d+)\.(\d{9}):\s+(\d+)\s*$/u.exec(head);
  if (!told) throw new Error(`no sample: ${head}`);
  const [, comm = '', pid = '', tid = '', cpu, seconds, ns, period] = told;
  const frames = lines.map((line) => {
    const [, symbol = '', dso = ''] = /^\s*[\da-f]+ (.+) \((.*)\)$/u.exec(line) ?? [];
    return { symbol, dso };
  });
  return { comm, pid, tid, cpu: Number(cpu), ns: Number(seconds) * 1e9 + Number(ns), period: Number(period), frames };
}

/** Folds what `perf script` prints, as stackcollapse-perf.pl does. */
function foldedByPerf(): string[] {
  const counts = new Map<string, number>();
  for (const { comm, frames: told } of samplesOfPerf()) {
    const frames = told.map(({ symbol, dso }) => {
      const name = symbol.replace(/\+0x[\da-f]+$/, '');
      if (name === '[unknown]') return `[${dso === '[unknown]' ? 'unknown' : dso.replace(/.*\//, '')}]`;
      return name
        .replaceAll(';', ':')
        .replace(/\((?!anonymous namespace\)).*/, '')
        .replaceAll(/["']/g, '');
    });
    const key = [comm.replaceAll(' ', '_'), ...frames.reverse()].join(';');
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return [...counts].map(([key, count]) => `${key} ${count}`).sort();
}

/** By thread, the function that each of its samples was in, as `perf script` has it: `library!function`. */
function leavesByThread(): Map<string, string[]> {
  const threads = new Map<string, string[]>();
  for (const { comm, pid, tid, frames } of samplesOfPerf()) {
    const thread = `${comm} ${pid}/${tid}`;
    const { symbol = '', dso = '' } = frames[0] ?? {};
    threads.set(thread, [...(threads.get(thread) ?? []), `${dso.replace(/.*\//u, '')}!${symbol}`]);
  }
  return threads;
}

describe('syswide export', () => {
  it('folds stacks as the folding of perf script does', () => {
    const ours = readFileSync(exported('folded'), 'utf8').trim().split('\n').sort();
    expect(ours).toEqual(foldedByPerf());
  });

  it('says so where samples of several events are added up', () => {
    const two = join(folder, 'two.data');
    const events = ['-e', 'cpu-clock', '-e', 'page-faults'];
    perf(['record', '-q', '-F', '5000', ...events, '-o', two, '--', 'ls', '-lR', '/usr/share/doc']);
    // Names do not matter here, and this machine's kernel has very many.
    const none = join(folder, 'kallsyms');
    writeFileSync(none, 'ffffffff81000000 T _text\n');
    const saidOf = (format: string) =>
      syswide(['export', '-i', two, '--kallsyms', none, '--format', format, '-o', join(folder, 'two')]).stderr;
    for (const format of ['folded', 'firefox', 'svg']) {
      expect(saidOf(format)).toBe(
        `# ${format} does not tell events apart: samples of cpu-clock, page-faults are added up\n`,
      );
    }
    for (const format of ['speedscope', 'pprof', 'chrome-trace']) expect(saidOf(format)).toBe('');
  });

  it('reads a pipe', () => {
    const fromPipe = execFileSync('sh', ['-c', `cat '${path}' | node bin/syswide.js export -i - --format folded`]);
    expect(fromPipe.toString()).toBe(readFileSync(exported('folded'), 'utf8'));
  });

  it("writes what speedscope's schema takes, and its page gives the same sums", async () => {
    const schema = JSON.parse(readFileSync(join(release, 'file-format-schema.json'), 'utf8')) as object;
    const validate = new Ajv({ strict: false, validateFormats: false }).compile(schema);
    const document = json('speedscope') as { profiles: { weights: number[]; name: string }[] };
    expect(validate(document) ? [] : validate.errors).toEqual([]);
    const total = (weights: readonly number[]) => weights.reduce((sum, weight) => sum + weight, 0);
    const ours = document.profiles.map(({ name, weights }) => ({ name, total: total(weights) }));
    expect(total(ours.map((profile) => profile.total))).toBe(samples());
    expect(ours.length).toBeGreaterThan(1);
    const { title, profiles, self } = await inSpeedscope(join(folder, 'speedscope'));
    expect(title).toContain('perf.data');
    expect(profiles).toEqual(ours);
    expect(total([...self.values()])).toBe(ours[0]?.total);
  });

  it("writes a pprof that speedscope's page reads, and gives the period of the recording", async () => {
    const { profiles, self } = await inSpeedscope(exported('pprof'));
    expect(profiles).toEqual([]);
    const period = samplesOfPerf().reduce((sum, sample) => sum + sample.period, 0);
    expect([...self.values()].reduce((sum, weight) => sum + weight, 0)).toBe(period);
  });

  it('writes tables for Firefox that are whole, of every sample, in the order of time', () => {
    const { meta, libs, threads } = json('firefox') as FirefoxProfile;
    expect({ ...meta, product: '' }).toMatchObject({ version: 27, preprocessedProfileVersion: 44, stackwalk: 1 });
    expect(libs).toEqual([]);
    expect(threads.reduce((sum, { samples: { length } }) => sum + length, 0)).toBe(samples());
    for (const thread of threads) {
      const { samples, stackTable, frameTable, funcTable, resourceTable, stringArray } = thread;
      for (const table of [samples, stackTable, frameTable, funcTable, resourceTable, thread.markers])
        expect(
          Object.values(table).filter((column) => Array.isArray(column) && column.length !== table.length),
        ).toEqual([]);
      expectIndexes(samples.stack, stackTable.length);
      expectIndexes(stackTable.frame, frameTable.length);
      expectIndexes(stackTable.category, meta.categories.length);
      expectIndexes(frameTable.func, funcTable.length);
      expectIndexes(frameTable.category, meta.categories.length);
      expectIndexes(funcTable.name, stringArray.length);
      expectIndexes(funcTable.resource, resourceTable.length);
      expectIndexes(resourceTable.name, stringArray.length);
      // A stack comes after the one that it goes on from.
      expect(stackTable.prefix.every((prefix, stack) => prefix === null || prefix < stack)).toBe(true);
      expect(samples.time.every((time, i) => i === 0 || time >= (samples.time[i - 1] ?? 0))).toBe(true);
      expect(thread).toMatchObject({
        pid: expect.stringMatching(/^\d+$/u),
        tid: expect.any(Number),
        name: expect.any(String),
      });
    }
  });

  it('writes what the Trace Event Format says of samples and their stacks', () => {
    const { traceEvents, stackFrames, samples: written } = json('chrome-trace') as ChromeTrace;
    const threads = new Map(traceEvents.map(({ tid, args: { name } }) => [tid, name]));
    expect(traceEvents.every(({ ph, name }) => ph === 'M' && name === 'thread_name')).toBe(true);
    for (const { parent, name, category } of Object.values(stackFrames)) {
      expect(parent === undefined || parent in stackFrames).toBe(true);
      expect([typeof name, typeof category]).toEqual(['string', 'string']);
    }
    const moments = written.map(({ tid, cpu, ts }) => momentOf(tid, cpu, ts / 1000));
    expect(moments.sort()).toEqual(momentsOfPerf());
    for (const { tid, sf, name, weight } of written) {
      expect([threads.has(tid), sf in stackFrames, typeof name, weight > 0]).toEqual([true, true, 'string', true]);
    }
  });

  it('writes a picture', () => {
    expect(readFileSync(exported('svg'), 'utf8')).toContain(`${samples()} samples</text>`);
  });

  it('refuses what it does not know', () => {
    expect(syswide(['export', '--format', 'xml']).status).toBe(2);
    expect(syswide(['flamegraph', '--diff', path]).stderr).toMatch(/^error\[USAGE\]: --diff with 1 recordings/);
    expect(syswide(['export', '-i', '/dev/null', '--format', 'svg']).stderr).toMatch(/^error\[BAD_FILE\]/);
  });
});

describe('viewers', () => {
  needs(hasViewers, 'the viewers: npm ci --prefix test/viewers');

  it('like the Firefox Profiler find the samples and functions of each thread', () => {
    const [shown, theirs] = [inFirefoxProfiler(exported('firefox')), leavesByThread()];
    const counts = ({ name, pid, tid, samples: count }: (typeof shown)[number]) => `${name} ${pid}/${tid}: ${count}`;
    const total = (leaves: readonly string[]) => leaves.length;
    expect(shown.map(counts).sort()).toEqual([...theirs].map(([thread, all]) => `${thread}: ${total(all)}`).sort());
    for (const { name, pid, tid, self } of shown) {
      const leaves = theirs.get(`${name} ${pid}/${tid}`) ?? [];
      const known = [...self].filter(([symbol]) => leaves.includes(symbol));
      expect(known.length).toBeGreaterThan(0);
      expect(known).toEqual(known.map(([symbol]) => [symbol, leaves.filter((leaf) => leaf === symbol).length]));
    }
  });

  it('like Trace-Viewer find the samples and stacks of each thread', () => {
    const { samples: viewed, warnings } = inTraceViewer(exported('chrome-trace'));
    expect(viewed.map(({ tid, cpu, start }) => momentOf(tid, cpu, start)).sort()).toEqual(momentsOfPerf());
    // A thread has one name there, also where it had several.
    const ours = readFileSync(exported('folded'), 'utf8').trim().split('\n');
    const stacks = ours.flatMap((line) => {
      const [, stack = '', count] = /^[^;]*;(.*) (\d+)$/u.exec(line) ?? [];
      // Folding has what has no name in brackets, also where it stands for a program that has some: [[vdso]].
      return Array.from({ length: Number(count) }, () => stack.replaceAll(/\[\[(\w+)\]\]/gu, '[$1]'));
    });
    expect(viewed.map(({ stack }) => [...stack].reverse().join(';')).sort()).toEqual(stacks.sort());
    // How fine times are it tells from slices, of which there are none.
    expect(warnings).toEqual(['low_resolution_timer']);
  });
});

/** @param start ms since the first sample */
const momentOf = (tid: number, cpu: number, start: number): string => `${tid} ${cpu} ${Math.round(start * 1e6)}`;

/** When, where and in which thread samples were, as `perf script` has it. */
function momentsOfPerf(): string[] {
  const all = samplesOfPerf();
  const first = Math.min(...all.map(({ ns }) => ns));
  return all.map(({ tid, cpu, ns }) => momentOf(Number(tid), cpu, (ns - first) / 1e6)).sort();
}

/** Every one but null is the number of a row. */
function expectIndexes(column: readonly (number | null)[], length: number): void {
  expect(
    column.filter((index) => index !== null && !(Number.isInteger(index) && index >= 0 && index < length)),
  ).toEqual([]);
}

/** Version 44 of the processed format of the Firefox Profiler, what is looked at of it. */
interface FirefoxProfile {
  readonly meta: { readonly categories: readonly object[] };
  readonly libs: readonly object[];
  readonly threads: readonly {
    readonly samples: Table<{ stack: number | null; time: number }>;
    readonly markers: Table<{ name: number }>;
    readonly stackTable: Table<{ frame: number; prefix: number | null; category: number }>;
    readonly frameTable: Table<{ func: number; category: number }>;
    readonly funcTable: Table<{ name: number; resource: number }>;
    readonly resourceTable: Table<{ name: number }>;
    readonly stringArray: readonly string[];
  }[];
}

type Table<Row> = { readonly length: number } & { readonly [Column in keyof Row]: readonly Row[Column][] };

interface ChromeTrace {
  readonly traceEvents: readonly { ph: string; name: string; tid: number; args: { name: string } }[];
  readonly stackFrames: Readonly<Record<string, { name: string; category: string; parent?: string }>>;
  readonly samples: readonly { tid: number; cpu: number; ts: number; sf: string; name: string; weight: number }[];
}
