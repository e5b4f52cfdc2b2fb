import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../live/needs';
import { hasPerf, isRoot, launcher, type Outcome, perf, start } from '../live/run';
import { rounds, tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-files-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With fewer than that Node itself does not come to the first line of ours. */
const NODE_NEEDS = 19;

const limited = (limit: string, args: readonly string[]): Promise<Outcome> =>
  start('prlimit', [`--nofile=${limit}`, process.execPath, launcher, ...args]).ended;

const many = Array.from({ length: 12 }, () => 'page-faults').join(',');
const subjects: [string, string[]][] = [
  ['stat, 2 events', ['stat', '-a', '-x,', '-e', 'context-switches,page-faults', '--', 'true']],
  ['stat, 12 events', ['stat', '-a', '-x,', '-e', many, '--', 'true']],
  ['stat --exclude-self', ['stat', '-a', '-x,', '--exclude-self', '-e', many, '--', 'true']],
  ['stat of a command', ['stat', '-x,', '-e', many, '--', 'true']],
  ['record', ['record', '-a', '-o', path, '--', 'true']],
  ['record, 12 events', ['record', '-a', '-e', many, '-o', path, '--', 'true']],
  ['record --overwrite', ['record', '-a', '--overwrite', '-o', path, '--', 'true']],
];

/** All or nothing, and said why: what is needed and what there is. */
function expectRefusal({ status, signal, stdout, stderr }: Outcome, limit: number, what: string): void {
  const where = `${what}, ${limit} files: ${stderr}`;
  if (limit < NODE_NEEDS) {
    expect(status === 0, where).toBe(false);
    return;
  }
  expect({ status, signal, stdout }, where).toEqual({ status: 125, signal: null, stdout: '' });
  const [, needed, available] =
    /^error\[TOO_MANY_FILES\]: [^\n]*it takes (\d+) [^\n]*the limit is (\d+)[^\n]*\n$/u.exec(stderr) ?? [];
  expect(Number(available), where).toBe(limit);
  expect(Number(needed), where).toBeGreaterThan(limit);
}

/** Runs a command with just so many; what it writes is there only when it says that it could. */
async function tried(limit: number, args: readonly string[], what: string): Promise<boolean> {
  rmSync(path, { force: true });
  const outcome = await limited(`${limit}:${limit}`, args);
  if (outcome.status === 0) return true;
  expectRefusal(outcome, limit, what);
  expect(existsSync(path), 'a file of a recording that was not').toBe(false);
  return false;
}

/** In the short form only so many are tried while the limit is far too low. */
const STEP = rounds(1, 6);

describe('too few file descriptors', () => {
  needs(isRoot && hasPerf, 'root and perf');

  it.each(subjects)('%s: all or nothing, up to one too few', { timeout: 240_000 }, async (what, args) => {
    for (let limit = 3; limit < NODE_NEEDS; limit += STEP) expect(await tried(limit, args, what)).toBe(false);
    let [refused, enough] = [0, NODE_NEEDS];
    for (; !(await tried(enough, args, what)); enough += STEP) refused += 1;
    // And down to one too few.
    while (await tried(enough - 1, args, what)) enough -= 1;
    refused += 1;
    tell('files', `${what}: ${refused} limits refused with needed and available, up to ${enough - 1}; ${enough} works`);
    // What works is whole.
    const { status, stderr } = await limited(`${enough}:${enough}`, args);
    expect(status, stderr).toBe(0);
    if (args[0] === 'stat') expect(stderr.trim().split('\n')).toHaveLength(args.includes(many) ? 12 : 2);
    else expect(perf(['script', '-i', path]).status).toBe(0);
  });

  it('raises the limit as far as it may by itself', async () => {
    for (const [what, args] of subjects) {
      rmSync(path, { force: true });
      const { status, stderr } = await limited('20:4096', args);
      expect(status, `${what}: ${stderr}`).toBe(0);
    }
    tell('files', `${subjects.length} commands raised a soft limit of 20 within a hard one of 4096`);
  });
});
