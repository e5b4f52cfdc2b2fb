import { describe, expect, it } from 'vitest';
import { ATTR_SIZE, encodeAttr, flagBits } from '../../../src/abi/attr';

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

describe('encodeAttr', () => {
  it('puts every field where the C struct has it', () => {
    const view = viewOf(
      encodeAttr({
        type: 1,
        config: 2n,
        samplePeriod: 3n,
        sampleType: 4n,
        readFormat: 5,
        wakeup: 6,
        bpType: 7,
        config1: 8n,
        config2: 9n,
        branchSampleType: 10n,
        sampleRegsUser: 11n,
        sampleStackUser: 12,
        clockId: -1,
        sampleRegsIntr: 13n,
        auxWatermark: 14,
        sampleMaxStack: 15,
        auxSampleSize: 16,
        sigData: 17n,
        config3: 18n,
      }),
    );
    expect(view.byteLength).toBe(ATTR_SIZE);
    expect([0, 4, 48, 52, 88, 104, 112].map((at) => view.getUint32(at, true))).toEqual([1, 136, 6, 7, 12, 14, 16]);
    expect([8, 16, 24, 32, 56, 64, 72, 80, 96, 120, 128].map((at) => view.getBigUint64(at, true))).toEqual([
      2n,
      3n,
      4n,
      5n,
      8n,
      9n,
      10n,
      11n,
      13n,
      17n,
      18n,
    ]);
    expect(view.getInt32(92, true)).toBe(-1);
    expect(view.getUint16(108, true)).toBe(15);
  });

  it('gives every flag its own bit, and precise_ip bits 15 and 16', () => {
    const words = Object.keys(flagBits).map((flag) =>
      viewOf(encodeAttr({ type: 0, config: 0n, flags: { [flag]: true } })).getBigUint64(40, true),
    );
    expect(words).toEqual(Object.values(flagBits).map((bit) => 1n << BigInt(bit)));
    expect(Object.values(flagBits)).not.toContain(15);
    expect(viewOf(encodeAttr({ type: 0, config: 0n, preciseIp: 3 })).getBigUint64(40, true)).toBe(3n << 15n);
  });

  it('leaves flags that are false out', () => {
    const view = viewOf(encodeAttr({ type: 0, config: 0n, flags: { disabled: false, inherit: true } }));
    expect(view.getBigUint64(40, true)).toBe(2n);
  });
});
