import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { cpuUpdateIn, cpuUpdateRecord } from '../../../src/perfdata/cpu-update';
import { OfflineSpans } from '../../../src/profile/offline-spans';
import { CpuChanges } from '../../../src/recording/cpu-changes';

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const told = (bytes: Buffer) => cpuUpdateIn(viewOf(bytes), 8, bytes.length);

function spansOf(records: readonly Buffer[], end: number) {
  const spans = new OfflineSpans();
  for (const record of records) spans.add(told(record));
  return spans.until(end).map((span) => [span.cpu, span.from, span.to]);
}

describe('the CPUs that a recording is on', () => {
  it('are read as they were written, whatever their number', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(8191), { maxLength: 300 }), fc.nat(), (cpus, time) => {
        const record = cpuUpdateRecord(7n, cpus, BigInt(time));
        expect(record.length % 8).toBe(0);
        expect(record.readUInt16LE(6)).toBe(record.length);
        expect(told(record)).toEqual({ cpus, time });
      }),
    );
  });

  it('are nothing in records that perf wrote, of other changes, and cut ones', () => {
    const record = cpuUpdateRecord(7n, [0, 1, 2], 5n);
    expect(told(record.subarray(0, -16))).toBeUndefined();
    for (let length = 8; length < record.length; length += 1) expect(told(record.subarray(0, length))).toBeUndefined();
    for (const at of [8, record.length - 16, 26]) {
      const other = Buffer.from(record);
      other.writeUInt8(99, at);
      expect(told(other)).toBeUndefined();
    }
  });

  it('are told as they were before the first change of each file, and after every change', () => {
    const changes = new CpuChanges([cpu(2), cpu(0)], 10n);
    const written = (kind: 'online' | 'offline', on: number, at: bigint) =>
      changes.change({ kind, cpu: cpu(on) }, at, 1n).map((record) => told(record));
    expect(written('online', 0, 15n)).toEqual([]);
    expect(written('offline', 2, 20n)).toEqual([
      { cpus: [0, 2], time: 10 },
      { cpus: [0], time: 20 },
    ]);
    expect(written('offline', 2, 21n)).toEqual([]);
    expect(written('offline', 0, 25n)).toEqual([{ cpus: [], time: 25 }]);
    changes.beginFile();
    expect(written('online', 2, 40n)).toEqual([
      { cpus: [], time: 25 },
      { cpus: [2], time: 40 },
    ]);
  });

  it('leave spans in which others were offline, to the end for those that stay so', () => {
    const records = [
      cpuUpdateRecord(1n, [0, 1], 10n),
      cpuUpdateRecord(1n, [0], 20n),
      cpuUpdateRecord(1n, [0, 1, 3], 30n),
      cpuUpdateRecord(1n, [0, 3], 40n),
    ];
    expect(spansOf(records, 50)).toEqual([
      [1, 20, 30],
      [3, 10, 30],
      [1, 40, 50],
    ]);
    expect(spansOf(records.slice(0, 1), 50)).toEqual([]);
    // The last sample is older than the CPU's going.
    expect(spansOf(records.slice(0, 2), 15)).toEqual([]);
  });
});
