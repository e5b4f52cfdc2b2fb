import { spawn } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { decodeSample, type Sample } from '../../../src/abi/sample';
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

  /** Its samples, each as `toText` writes it. */
  function samplesAs(toText: (sample: Sample, offset: number, event: string) => string): string[] {
    const reader = PerfDataReader.open(path);
    // perf gives all events of a recording the same fields; offsets of sample_type and read_format in the attr.
    const attr = Buffer.from(reader.events[0]?.attr ?? []);
    const layout = { sampleType: attr.readBigUInt64LE(24), readFormat: attr.readInt32LE(32), littleEndian: true };
    const names = ['cpu-clock', 'context-switches'];
    const texts: string[] = [];
    for (const { type, body, offset } of reader.records()) {
      const sample = type === RecordType.sample ? decodeSample(body, layout) : undefined;
      const event = reader.events.findIndex(({ ids }) => ids.includes(sample?.id ?? 0n));
      if (sample) texts.push(toText(sample, offset, names[event] ?? ''));
    }
    reader.close();
    return texts.toSorted();
  }

  it('has the samples that perf script prints', () => {
    const ours = samplesAs(({ pid, tid, cpu, time = 0n, period }, _, event) => {
      const seconds = `${time / 1_000_000_000n}.${String(time % 1_000_000_000n).padStart(9, '0')}`;
      return `${pid}/${tid} [${String(cpu).padStart(3, '0')}] ${seconds}: ${period} ${event}:`;
    });
    const { stdout } = perf(['script', '--ns', '-F', 'pid,tid,cpu,time,period,event', '-i', path]);
    const theirs = stdout.split('\n').flatMap((line) => line.trim().replaceAll(/\s+/gu, ' ') || []);
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(theirs.toSorted());
  });

  it('has the call chains that perf report -D dumps, address by address', () => {
    const hex = (number: number | bigint = 0) => number.toString(16);
    const ours = samplesAs(
      ({ ip, callchain = [] }, offset) => `0x${hex(offset)} 0x${hex(ip)} ${callchain.map((one) => hex(one)).join(' ')}`,
    );
    const { stdout } = perf(['report', '-D', '-i', path]);
    const dumped = stdout.split('\n\n').flatMap((text) => {
      const sample = / (0x[0-9a-f]+) \[0x[0-9a-f]+\]: PERF_RECORD_SAMPLE\(.*?\): \S+: (0x[0-9a-f]+) /u.exec(text);
      const chain = [...text.matchAll(/^\.{5} +\d+: ([0-9a-f]{16})$/gmu)].map(([, address = '']) =>
        hex(BigInt(`0x${address}`)),
      );
      return sample ? [`${sample[1]} ${sample[2]} ${chain.join(' ')}`] : [];
    });
    expect(ours.length).toBeGreaterThan(100);
    expect(ours).toEqual(dumped.toSorted());
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
    // Where its features are moves with them.
    const bits = [72, 80, 88, 96].map((word) => bytes.readBigUInt64LE(word).toString(2).replaceAll('0', '').length);
    const tableEnd = end + 16 * bits.reduce((sum, count) => sum + count, 0);
    for (let at = end; at < tableEnd; at += 16) {
      bytes.writeBigUInt64LE(bytes.readBigUInt64LE(at) - BigInt(end - begin), at);
    }
    writeFileSync(empty, Buffer.concat([bytes.subarray(0, begin), bytes.subarray(end)]));
    const { types, reader } = counted(empty);
    expect([types.size, reader.recovered, reader.unread]).toEqual([0, undefined, 0]);
  });
});
