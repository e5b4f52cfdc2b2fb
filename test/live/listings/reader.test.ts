import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { launcher, syswide } from '../run';

/** Its status and what it complains of when whoever reads it has gone before it writes. */
function unread(args: readonly string[]) {
  const script = '{ "$@"; echo "$?" >&2; } | true';
  const { stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, launcher, ...args], { encoding: 'utf8' });
  return stderr;
}

it.each([['ps'], ['ps', '--json'], ['slots'], ['slots', '--json'], ['doctor'], ['doctor', '--json']])(
  '%s %s has its status though nobody reads it',
  (...args) => {
    const { status, stderr } = syswide(args);
    expect(unread(args)).toBe(`${stderr}${status}\n`);
  },
);
