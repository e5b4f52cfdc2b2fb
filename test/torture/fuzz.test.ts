import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PerfDataReader } from '../../src/perfdata/perf-data-reader';
import { launcher } from '../live/run';
import { bundled, corpus, crashFolder, fuzz, fuzzOnAllCpus, isLong, type Outcome } from './fuzz/campaign';
import { mutation } from './fuzz/mutation';
import { Random } from './fuzz/random';

const HOURS = 3_600_000;
const crashes = crashFolder();
const built = mkdtempSync(join(tmpdir(), 'syswide-fuzz-'));
let child = '';
let hasFailed = false;

beforeAll(async () => {
  child = await bundled(built);
});
afterAll(() => {
  rmSync(built, { recursive: true, force: true });
  if (!hasFailed) rmSync(crashes, { recursive: true, force: true });
});

/** 4 times the largest seed, and 64 MB: what a case may take over what is there already. */
const MOST_BYTES = (64 << 20) + 4 * 20_000;

/** @param accepted what is to be said of those that were taken as they are */
function judge(subject: string, { cases, crashes: found, hung, slowest, peak, accepted }: Outcome): void {
  hasFailed ||= found.length > 0 || hung !== undefined || slowest > 2000 || peak > MOST_BYTES;
  const told = `${found.length} crashes, slowest ${(slowest / 1000).toFixed(3)} s, peak ${(peak / 1e6).toFixed(0)} MB`;
  process.stdout.write(`torture fuzz ${subject}: ${cases} cases, ${told}, ${accepted} taken without complaint\n`);
  expect(found).toEqual([]);
  expect(hung).toBeUndefined();
  expect(slowest).toBeLessThan(2000);
  expect(peak).toBeLessThan(MOST_BYTES);
}

describe('bytes from strangers neither crash nor stop what reads them', () => {
  it.each([
    ['perf.data', 1500, 1_000_000],
    ['ELF', 1000, 100_000],
    ['maps', 1000, 100_000],
    ['jitdump', 1000, 100_000],
    ['tracing data', 1000, 100_000],
    ['event text', 2000, 100_000],
    ['CpuMask', 2000, 100_000],
    ['control commands', 1000, 100_000],
    ['saved JSON', 1000, 100_000],
  ] as const)(
    '%s',
    async (subject, short, long) => {
      const outcome = isLong
        ? await fuzzOnAllCpus(child, crashes, subject, long)
        : await fuzz(child, crashes, subject, short, 1);
      judge(subject, outcome);
      expect(outcome.cases).toBe(isLong ? long : short);
    },
    isLong ? 2 * HOURS : 120_000,
  );
});

const seeds = readdirSync(corpus).filter((name) => name.endsWith('.data'));

/** Where a piped recording can end without anybody noticing: between two records. */
function boundaries(name: string): ReadonlySet<number> {
  const reader = PerfDataReader.open(join(corpus, name));
  const ends = new Set([...reader.records()].map(({ offset }) => offset));
  reader.close();
  return ends;
}

describe('a recording that is cut off is never taken for a whole one', () => {
  it(
    'wherever it is cut off, in turn by each command that reads recordings',
    async () => {
      // A pipe says nowhere how long it will be.
      const outcome = await fuzz(child, crashes, 'perf.data', isLong ? 'truncations/1' : 'truncations/17', 1);
      judge('truncations of perf.data', outcome);
      const silent = outcome.whole.filter(([seed, length]) => {
        const name = seeds[seed] ?? '';
        return !(name.includes('pipe') && boundaries(name).has(length));
      });
      expect(silent.map(([seed, length]) => `${seeds[seed]} ${length}`)).toEqual([]);
    },
    isLong ? HOURS : 120_000,
  );

  const folder = mkdtempSync(join(tmpdir(), 'syswide-fuzz-'));
  const path = join(folder, 'perf.data');
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const run = (args: readonly string[]) =>
    spawnSync(process.execPath, [launcher, ...args], { encoding: 'latin1', timeout: 20_000, maxBuffer: 1 << 28 });

  const commands = ['report', 'script', 'evlist', 'buildid-list'] as const;

  // What they do is held against all cases above, in one process: here each command is a process of its own.
  it(
    'by the command line itself',
    () => {
      const random = new Random(10);
      let runs = 0;
      for (const name of seeds.filter((one) => !one.includes('pipe'))) {
        const whole = readFileSync(join(corpus, name));
        for (let i = 0; i < (isLong ? 200 : 5); i += 1) {
          writeFileSync(path, whole.subarray(0, random.below(whole.length)));
          const { status, stderr } = run([commands[runs % commands.length] ?? '', '-i', path]);
          expect(status).toBe(1);
          expect(stderr).toMatch(/^error\[BAD_FILE\]: /mu);
          runs += 1;
        }
      }
      process.stdout.write(`torture truncated perf.data, command line: ${runs} runs, 0 of them with status 0\n`);
    },
    isLong ? HOURS : 120_000,
  );

  it(
    'and one that is damaged ends with a status of ours, at once',
    () => {
      const random = new Random(11);
      const all = seeds.map((name) => readFileSync(join(corpus, name)));
      const runs = isLong ? 1000 : 20;
      for (let i = 0; i < runs; i += 1) {
        writeFileSync(path, mutation(random, all));
        const { status, stderr } = run([commands[i % commands.length] ?? '', '-i', path]);
        expect([0, 1]).toContain(status);
        if (status === 1) expect(stderr).toMatch(/^error\[BAD_FILE\]: /mu);
        expect(stderr).not.toContain('INTERNAL');
      }
      process.stdout.write(`torture damaged perf.data, command line: ${runs} runs, 0 crashes\n`);
    },
    isLong ? HOURS : 120_000,
  );
});
