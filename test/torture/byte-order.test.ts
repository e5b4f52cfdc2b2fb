import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../live/needs';
import { hasPerf, perf, syswide } from '../live/run';
import { inOtherOrder } from './fuzz/byte-order';
import { corpus } from './fuzz/campaign';

const folder = mkdtempSync(join(tmpdir(), 'syswide-byte-order-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [own, other, output] = ['own.data', 'other.data', 'output'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const recording = readFileSync(join(corpus, 'own.data'));
writeFileSync(own, recording);
writeFileSync(other, inOtherOrder(recording));

describe('a recording of a machine of the other byte order', () => {
  needs(hasPerf, 'perf');

  it('is read by perf as the same one', () => {
    for (const args of [['script'], ['report', '--stdio'], ['buildid-list']]) {
      const [told, expected] = [other, own].map((path) => perf([...args, '-i', path]));
      expect(expected?.stdout.length).toBeGreaterThan(100);
      expect(told?.stdout).toBe(expected?.stdout);
    }
  });

  it.each([
    ['script', '--ns', '-F', '+period'],
    ['script', '--show-task-events', '--show-mmap-events', '--show-round-events'],
    ['report', '--stdio', '--header', '-s', 'comm,pid,tid,cpu,dso,sym'],
    ['report', '--json'],
    ['report', '--stats'],
    ['report', '--tasks'],
    ['report', '--mmaps'],
    ['evlist'],
    ['buildid-list'],
    ['export', '--format', 'folded', '-o', output],
  ])('is the same to %s %s %s', (...args) => {
    const [told, expected] = [other, own].map((path) => {
      const { status, stdout } = syswide([...args, '-i', path]);
      expect(status).toBe(0);
      const text = args.includes(output) ? readFileSync(output, 'utf8') : stdout;
      // When the file was written.
      return text.replace(/captured on.*/, '');
    });
    expect(expected?.length).toBeGreaterThan(10);
    expect(told).toBe(expected);
  });
});
