import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { needs } from '../needs';
import { eventually, hasPerf, isRoot, perf } from '../run';

needs(isRoot && hasPerf, 'root, and perf as the writer');

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (isRoot && hasPerf) {
  perf(['record', '-a', '-g', '-e', 'cpu-clock,context-switches', '-F', '999', '-o', path, '--', 'sleep', '0.5']);
}

/** The sums of perf report --stats over all events: how many records of a name there are. */
function perfCounts(name: string): number {
  const { stdout } = perf(['report', '--stats', '-i', path]);
  return Number(new RegExp(`^ *${name} events: +(\\d+)`, 'mu').exec(stdout)?.[1] ?? 0);
}

/** By type, how many records a file has. */
function counted(file: string) {
  const reader = PerfDataReader.open(file);
  const types = new Map<number, number>();
  for (const { type } of reader.records()) types.set(type, (types.get(type) ?? 0) + 1);
  reader.close();
  return { types, reader };
}

describe('a recording of perf', () => {
  it('is read record by record, as many of each kind as perf counts', () => {
    const { types, reader } = counted(path);
    expect(types.get(RecordType.sample)).toBeGreaterThan(100);
    for (const [name, type] of [
      ['SAMPLE', RecordType.sample],
      ['COMM', 3],
      ['MMAP2', 10],
      ['FINISHED_ROUND', 68],
    ] as const)
      expect([name, types.get(type) ?? 0]).toEqual([name, perfCounts(name)]);
    expect([...types.values()].reduce((a, b) => a + b, 0)).toBe(perfCounts('TOTAL'));
    expect([reader.unread, reader.recovered]).toEqual([0, undefined]);
  });

  it('has an id for each event on each CPU', () => {
    const { reader } = counted(path);
    const { stdout } = perf(['evlist', '-i', path]);
    const names = stdout.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    expect(reader.events).toHaveLength(names.length);
    const ids = reader.events.flatMap((event) => event.ids);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBeGreaterThanOrEqual(2);
  });

  it('is recovered when perf was killed, up to the last record that is whole', async () => {
    const killed = join(folder, 'killed.data');
    // Many records, so that perf has written some of them by then.
    const load = spawn('sh', ['-c', 'while :; do (:); done'], { stdio: 'ignore' });
    const writer = spawn('perf', ['record', '-a', '-e', 'cpu-clock', '-F', '5000', '-o', killed], { stdio: 'ignore' });
    try {
      await eventually(() => (statSync(killed, { throwIfNoEntry: false })?.size ?? 0) > 1_000_000, 'perf has written');
    } finally {
      writer.kill('SIGKILL');
      load.kill('SIGKILL');
    }
    await new Promise((resolve) => writer.once('exit', resolve));
    const found = counted(killed);
    expect(found.reader.recovered).toBe('the writer was killed');
    expect(found.types.get(RecordType.sample)).toBeGreaterThan(1000);
    appendFileSync(killed, Buffer.from([9, 0, 0, 0, 0, 0, 200, 0, 1, 2]));
    const torn = counted(killed);
    expect(torn.types).toEqual(found.types);
    expect(torn.reader.unread).toBe(found.reader.unread + 10);
  });

  it('without a record is empty, and nobody was killed', () => {
    const bytes = readFileSync(path);
    const end = Number(bytes.readBigUInt64LE(40) + bytes.readBigUInt64LE(48));
    bytes.fill(0, 48, 56);
    const [begin, empty] = [Number(bytes.readBigUInt64LE(40)), join(folder, 'empty.data')];
    writeFileSync(empty, Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)]));
    const { types, reader } = counted(empty);
    expect([types.size, reader.recovered, reader.unread]).toEqual([0, undefined, 0]);
  });
});
