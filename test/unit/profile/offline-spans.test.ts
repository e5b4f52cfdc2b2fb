import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { type CpuChange, cpuChangeIn, cpuUpdateRecord } from '../../../src/perfdata/cpu-update';
import { OfflineSpans } from '../../../src/profile/offline-spans';
import { CpuChanges } from '../../../src/recording/cpu-changes';

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
const told = (bytes: Buffer) => cpuChangeIn(viewOf(bytes), 8, bytes.length);
const change = { cpu: 3, isOnline: true, since: 4n, time: 5n };

describe('a record of a CPU that came or went', () => {
  it('is read as it was written, on however many CPUs', () => {
    const cpus = fc.uniqueArray(fc.nat(8191), { maxLength: 300 });
    const time = fc.bigInt({ min: 0n, max: 2n ** 63n });
    const changes = fc.record({ cpu: fc.nat(8191), isOnline: fc.boolean(), since: time, time });
    fc.assert(
      fc.property(cpus, changes, (on, one) => {
        const record = cpuUpdateRecord(7n, on, one);
        expect(record.length % 8).toBe(0);
        expect(record.readUInt16LE(6)).toBe(record.length);
        expect(told(record)).toEqual(one);
      }),
    );
  });

  it('is nothing where perf wrote it, or it is of something else, or cut', () => {
    const record = cpuUpdateRecord(7n, [0, 1, 2], change);
    expect(told(record.subarray(0, -32))).toBeUndefined();
    for (let length = 8; length < record.length; length += 1) expect(told(record.subarray(0, length))).toBeUndefined();
    for (const at of [8, record.length - 32, 26]) {
      const other = Buffer.from(record);
      other.writeUInt8(99, at);
      expect(told(other)).toBeUndefined();
    }
  });

  it('says since when it was otherwise, and which CPUs are left', () => {
    const changes = new CpuChanges(10n);
    const record = (kind: 'online' | 'offline', on: number, at: bigint, covered: number[]) =>
      changes.record({ kind, cpu: cpu(on) }, at, covered.map(cpu), 1n);
    const mapIn = (bytes: Buffer) =>
      Array.from({ length: bytes.readUInt16LE(26) }, (_, i) => bytes.readUInt16LE(28 + i * 2));
    const gone = record('offline', 2, 20n, [0]);
    expect(told(gone)).toEqual({ cpu: 2, isOnline: false, since: 10n, time: 20n });
    expect(mapIn(gone)).toEqual([0]);
    // Recordings of tasks stay on CPUs that are offline; where there is none left, none is named.
    expect(mapIn(record('offline', 0, 21n, [0, 2]))).toEqual([0xffff]);
    const back = record('online', 2, 30n, [0, 2]);
    expect(told(back)).toEqual({ cpu: 2, isOnline: true, since: 20n, time: 30n });
    expect(mapIn(back)).toEqual([2]);
    // Offline from the start.
    expect(told(record('online', 5, 40n, [2]))).toMatchObject({ cpu: 5, since: 10n, time: 40n });
    expect(told(record('offline', 2, 50n, [5]))).toMatchObject({ since: 30n });
  });
});

describe('spans in which CPUs were offline', () => {
  function spansOf(changes: readonly CpuChange[], end: number) {
    const spans = new OfflineSpans();
    for (const one of changes) spans.add(one);
    return spans.until(end).map((span) => [span.cpu, span.from, span.to]);
  }
  const gone = { cpu: 1, isOnline: false, since: 10n, time: 20n };

  it('are those between going and coming, or the beginning and coming, or going and the end', () => {
    const back = { cpu: 1, isOnline: true, since: 20n, time: 30n };
    const later = { cpu: 3, isOnline: true, since: 10n, time: 35n };
    expect(spansOf([gone, back, later, { ...gone, since: 30n, time: 40n }], 50)).toEqual([
      [1, 20, 30],
      [3, 10, 35],
      [1, 40, 50],
    ]);
    // Of a file that began while it was offline.
    expect(spansOf([back], 50)).toEqual([[1, 20, 30]]);
  });

  it('are none where the last sample is older than the going', () => {
    expect(spansOf([gone], 15)).toEqual([]);
    expect(spansOf([], 15)).toEqual([]);
  });
});
