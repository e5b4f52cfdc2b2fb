import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { encodeAttr } from '../../src/abi/attr';
import { SampleType } from '../../src/abi/perf-event';
import { forkRecord, mmap2Record } from '../../src/abi/side-band';
import { PerfDataWriter } from '../../src/perfdata/perf-data-writer';
import { syswide } from '../live/run';
import { tell } from './form';

const folder = mkdtempSync(join(tmpdir(), 'syswide-many-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const { identifier, ip, tid, time, cpu, period } = SampleType;
const sampleType = identifier | ip | tid | time | cpu | period;
const attr = encodeAttr({ type: 1, config: 0n, sampleType, flags: { sampleIdAll: true } });

function written(name: string, records: readonly Buffer[]): string {
  const path = join(folder, name);
  const writer = PerfDataWriter.create(path, [{ name: 'cpu-clock', attr, ids: [1n] }], {
    ...{ hostname: 'h', osRelease: 'r', version: 'v', arch: 'a', cpusPresent: 1, cpusOnline: 1 },
    ...{ cpuDescription: 'c', totalMemoryKib: 1n, commandLine: ['record'] },
  });
  writer.append(records);
  writer.sync();
  writer.finish({});
  writer.close();
  return path;
}

const mapping = (start: number) =>
  mmap2Record(
    {
      ...{ pid: 5, start: BigInt(start), length: 4096n, offset: 0n, path: '/lib/a.so' },
      ...{ device: { major: 8, minor: 1 }, inode: 5n, permissions: 'r-xp' },
    },
    32,
  );

it.each([
  ['60,000 mappings of one process', Array.from({ length: 60_000 }, (_, i) => mapping(i * 8192))],
  ['60,000 mappings at one place', Array.from({ length: 60_000 }, (_, i) => mapping((i % 3) * 2048))],
  [
    '60,000 children of one process',
    Array.from({ length: 60_000 }, (_, i) => forkRecord({ pid: i + 10, tid: i + 10, parent: 5, parentTid: 5 }, 32)),
  ],
])('%s are shown at once', { timeout: 60_000 }, (name, records) => {
  const path = written('many.data', records);
  const begin = performance.now();
  const { status, stdout } = syswide(['report', '-i', path, '--mmaps']);
  const seconds = (performance.now() - begin) / 1000;
  tell('many tasks', `${name}: ${stdout.split('\n').length} lines in ${seconds.toFixed(2)} s`);
  expect(status).toBe(0);
  expect(seconds).toBeLessThan(2);
});
