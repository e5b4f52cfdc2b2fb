import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../live/needs';
import { hasPerf, isRoot, launcher, type Outcome, perf, start } from '../live/run';
import { isLong, tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-files-'));
const path = join(folder, 'perf.data');
/** What the last recording that succeeded has written. */
const written = join(folder, 'written.data');
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

/**
 * Runs a command with just so many; what it writes is there only when it says that it could.
 * @returns how it succeeded; undefined where it was refused
 */
async function tried(limit: number, args: readonly string[], what: string): Promise<Outcome | undefined> {
  const outcome = await limited(`${limit}:${limit}`, args);
  if (outcome.status === 0) {
    if (args[0] === 'record') renameSync(path, written);
    return outcome;
  }
  expectRefusal(outcome, limit, what);
  expect(existsSync(path), 'a file of a recording that was not').toBe(false);
  return undefined;
}

/** Every limit in the long form; in the short one steps are the longer the farther they are from what Node needs. */
const stepFrom = (limit: number): number => (isLong ? 1 : Math.max(6, (limit - NODE_NEEDS) >> 1));

/** Finds the lowest limit with which a command succeeds; the one below it is the last that is refused. */
async function fewest(args: readonly string[], what: string) {
  let [refused, tooFew, enough] = [0, 0, NODE_NEEDS];
  let success = await tried(enough, args, what);
  while (!success) {
    refused += 1;
    tooFew = enough;
    enough += stepFrom(enough);
    success = await tried(enough, args, what);
  }
  while (enough - tooFew > 1) {
    const limit = (enough + tooFew) >> 1;
    const one = await tried(limit, args, what);
    if (one) [success, enough] = [one, limit];
    else [refused, tooFew] = [refused + 1, limit];
  }
  return { refused, enough, success };
}

describe('too few file descriptors', () => {
  needs(isRoot && hasPerf, 'root and perf');

  it.each(subjects)('%s: all or nothing, up to one too few', { timeout: 240_000 }, async (what, args) => {
    // Node fails by itself then, whatever it is to run: the short form sees that once.
    for (let limit = 3; limit < NODE_NEEDS && (isLong || what === subjects[0]?.[0]); limit += stepFrom(limit)) {
      expect(await tried(limit, args, what)).toBeUndefined();
    }
    const { refused, enough, success } = await fewest(args, what);
    tell('files', `${what}: ${refused} limits refused with needed and available, up to ${enough - 1}; ${enough} works`);
    // What works is whole.
    if (args[0] === 'stat') expect(success.stderr.trim().split('\n')).toHaveLength(args.includes(many) ? 12 : 2);
    else expect(perf(['script', '-F', 'comm', '-G', '-i', written]).status).toBe(0);
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
