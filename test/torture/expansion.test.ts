import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { compressedBomb } from './fuzz/bombs';
import { corpus } from './fuzz/campaign';
import { measuring, mostBytes } from './memory';

const folder = mkdtempSync(join(tmpdir(), 'syswide-expansion-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const measured = measuring(folder);

it('a small file that becomes large is neither slow nor held in memory', () => {
  let [slowest, most] = [0, 0];
  for (const command of ['report', 'script']) {
    const idle = measured([command, '-i', join(corpus, 'perf-z.data')]);
    expect(idle.status).toBe(0);
    for (const [byte, blocks, records, status] of [
      [8, 500, 1, 0],
      [8, 500, 20, 1],
      [0, 500, 20, 1],
      [255, 500, 20, 1],
      [8, 5000, 1, 1],
    ] as const) {
      const bomb = compressedBomb(byte, blocks, records);
      const path = join(folder, 'bomb.data');
      writeFileSync(path, bomb);
      const found = measured([command, '-i', path]);
      expect(found.status, `${byte} ${blocks} ${records}`).toBe(status);
      expect(found.bytes - idle.bytes).toBeLessThan(mostBytes(bomb.length));
      [slowest, most] = [Math.max(slowest, found.seconds), Math.max(most, found.bytes - idle.bytes)];
    }
  }
  expect(slowest).toBeLessThan(2);
  const told = `10 runs, slowest ${slowest.toFixed(2)} s CPU, ${(most / 1e6).toFixed(0)} MB over an idle one`;
  process.stdout.write(`torture expanding perf.data: ${told}\n`);
}, 120_000);
