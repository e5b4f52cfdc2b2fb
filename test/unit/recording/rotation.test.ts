import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { EndedFiles } from '../../../src/recording/rotation';

const folder = mkdtempSync(join(tmpdir(), 'syswide-rotation-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'perf.data');

describe('the files of a recording', () => {
  it('are named by their time, each differently', () => {
    const files = new EndedFiles(path);
    const now = new Date(2026, 10, 27, 8, 3, 1, 995);
    expect(files.next(now)).toBe(`${path}.2026112708030199`);
    writeFileSync(`${path}.2026112708030199`, '');
    expect(files.next(now)).toBe(`${path}.2026112708030200`);
  });

  it('go, the oldest first, when there are too many', () => {
    const files = new EndedFiles(path, 2);
    const names = ['a', 'b', 'c', 'd'].map((name) => `${path}.${name}`);
    for (const name of names) {
      writeFileSync(name, '');
      files.add(name);
    }
    expect(names.map((name) => existsSync(name))).toEqual([false, false, true, true]);
    rmSync(`${path}.c`);
    expect(() => files.add(`${path}.e`)).not.toThrow();
  });
});
