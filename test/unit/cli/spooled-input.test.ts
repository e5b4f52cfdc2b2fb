import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withSpooledInput } from '../../../src/cli/spooled-input';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'spooled-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(root, { recursive: true });
});

/** Room for a folder's path of 15 bytes more, and not for a file in it: PATH_MAX is 4096, with its NUL. */
const LONGEST = 4078;

/** A directory whose path is so long. */
function longPath(length: number): string {
  let path = root;
  while (path.length < length - 202) path = join(path, 'x'.repeat(200));
  return join(path, 'x'.repeat(length - path.length - 1));
}

it('leaves no folder behind where standard input cannot be kept in it', () => {
  const folder = longPath(LONGEST);
  mkdirSync(folder, { recursive: true });
  vi.stubEnv('TMPDIR', folder);
  expect(() => withSpooledInput('-', () => 0)).toThrow(/^cannot keep standard input in .* ENAMETOOLONG/);
  expect(readdirSync(folder)).toEqual([]);
});
