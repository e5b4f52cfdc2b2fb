import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReadFormat, SampleType } from '../../../src/abi/perf-event';
import { decodeSample, type SampleLayout } from '../../../src/abi/sample';

const all = Object.values(SampleType).reduce((type, bit) => type | bit, 0n);
const layout = (sampleType: bigint, readFormat = 0): SampleLayout => ({ sampleType, readFormat, littleEndian: true });
const words = (...values: readonly bigint[]): DataView => new DataView(BigUint64Array.from(values).buffer);

describe('a sample', () => {
  it('has no field that its event does not take', () => {
    expect(decodeSample(words(), layout(0n))).toEqual({});
    expect(decodeSample(words(5n), layout(SampleType.time))).toEqual({ time: 5n });
  });

  it('has all of them in the order of the kernel', () => {
    const pair = (low: number, high: number) => BigInt(low) | (BigInt(high) << 32n);
    const body = words(
      1n, // identifier
      0x400000n, // ip
      pair(10, 11), // pid, tid
      99n, // time
      0xdeadn, // addr
      1n, // id
      6n, // stream id
      pair(3, 0), // cpu
      1000n, // period
      ...[2n, 70n, 71n, 50n, 51n], // read: group of two with ids, no times
      ...[2n, 0x400000n, 0x400100n], // callchain
      pair(4, 0x01020304), // raw: its size, and 4 bytes
    );
    const { raw, ...rest } = decodeSample(body, layout(all, ReadFormat.group | ReadFormat.id)) ?? {};
    expect(rest).toEqual({
      id: 1n,
      ip: 0x400000n,
      pid: 10,
      tid: 11,
      time: 99n,
      addr: 0xdeadn,
      streamId: 6n,
      cpu: 3,
      period: 1000n,
      callchain: [0x400000n, 0x400100n],
    });
    expect([raw?.byteLength, raw?.getUint32(0, true)]).toEqual([4, 0x01020304]);
  });

  it('passes over counts of one event with its times', () => {
    const format = ReadFormat.totalTimeEnabled | ReadFormat.totalTimeRunning | ReadFormat.id | ReadFormat.lost;
    const body = words(7n, 8n, 9n, 10n, 11n, 1n, 42n);
    expect(decodeSample(body, layout(SampleType.read | SampleType.callchain, format))).toEqual({ callchain: [42n] });
  });

  it('that is shorter than its fields is none, however long it says it is', () => {
    expect(decodeSample(words(1n), layout(SampleType.ip | SampleType.time))).toBeUndefined();
    expect(decodeSample(words((1n << 64n) - 1n, 1n), layout(SampleType.callchain))).toBeUndefined();
    expect(decodeSample(words(0xffffffffn), layout(SampleType.raw))).toBeUndefined();
    expect(decodeSample(words((1n << 63n) + 1n), layout(SampleType.read, ReadFormat.group))).toBeUndefined();
  });

  it('of any bytes and of any kind neither fails nor holds more than there is', () => {
    const bytes = fc.uint8Array({ maxLength: 200 });
    fc.assert(
      fc.property(bytes, fc.bigInt({ min: 0n, max: all }), fc.nat(31), fc.boolean(), (given, type, format, little) => {
        const body = new DataView(Uint8Array.from(given).buffer);
        const sample = decodeSample(body, { sampleType: type, readFormat: format, littleEndian: little });
        expect((sample?.callchain?.length ?? 0) * 8 + (sample?.raw?.byteLength ?? 0)).toBeLessThanOrEqual(given.length);
      }),
      { numRuns: 2000 },
    );
  });
});
