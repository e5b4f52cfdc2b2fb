import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isLong, rounds, tell } from './form';
import { type Flood, floods, writeFlood } from './hostile/task-flood';
import { measuring, mostBytes } from './memory';

const folder = mkdtempSync(join(tmpdir(), 'syswide-floods-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [path, empty, output] = ['flood.data', 'empty.data', 'output'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const measured = measuring(folder);

/** Every way in which what is told of tasks is read; the short form takes the first few. */
const all: readonly ((file: string) => readonly string[])[] = [
  (file) => ['report', '-i', file],
  (file) => ['report', '--mmaps', '-i', file],
  (file) => ['script', '--show-task-events', '--show-mmap-events', '-i', file],
  (file) => ['report', '--tasks', '-i', file],
  (file) => ['script', '-i', file],
  (file) => ['export', '--format', 'folded', '-i', file, '-o', output],
  (file) => ['flamegraph', '-i', file, '-o', output],
  (file) => ['diff', empty, file],
  (file) => ['buildid-list', '-i', file],
  (file) => ['evlist', '-i', file],
];
const commands = all.slice(0, rounds(all.length, 3));

const few: readonly Flood[] = ['COMM of programs that begin in many', 'FORK of many by one', 'MMAP2 of many processes'];
const kinds = isLong ? (Object.keys(floods) as Flood[]) : few;

const HOUR = 3_600_000;

/** What each command has without a record. */
let idle: readonly number[] = [];
beforeAll(() => {
  writeFlood(empty, few[0] ?? 'FORK of threads', 0, true);
  idle = commands.map((command) => measured(command(empty)).bytes);
});

it.each(kinds)('nothing but records of tasks is not held in much more than it takes: %s', { timeout: HOUR }, (kind) => {
  for (const megabytes of isLong ? [10, 40] : [10]) {
    for (const hasTrailer of isLong ? [true, false] : [false]) {
      writeFlood(path, kind, megabytes << 20, hasTrailer);
      const over = commands.map((command, i) => {
        const { status, bytes } = measured(command(path));
        expect(status, command(path).join(' ')).toBe(0);
        return bytes - (idle[i] ?? 0);
      });
      const size = statSync(path).size;
      const told = over.map((bytes) => (bytes / 1e6).toFixed(0)).join(', ');
      tell('floods of task records', `${megabytes} MiB, ${hasTrailer ? 'timed' : 'short'} ${kind}: ${told} MB`);
      expect(Math.max(...over)).toBeLessThan(mostBytes(size));
    }
  }
});
