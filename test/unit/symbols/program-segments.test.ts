import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codeMapping, programSegments, segmentAt } from '../../../src/symbols/program-segments';

const segment = (offset: bigint, address: bigint, fileBytes: bigint) => ({
  offset,
  address,
  fileBytes,
  memoryBytes: fileBytes,
  isCode: true,
});

describe('where the code of a program would be mapped', () => {
  it('begins and ends with a page', () => {
    expect(codeMapping(segment(0x1040n, 0x401040n, 0x10n))).toEqual({
      start: 0x401000n,
      limit: 0x402000n,
      offset: 0x1000n,
    });
    expect(codeMapping(segment(0x1000n, 0x1000n, 0x1001n))).toEqual({
      start: 0x1000n,
      limit: 0x3000n,
      offset: 0x1000n,
    });
  });

  it('has numbers of 64 bits, whatever the file says', () => {
    const number = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
    fc.assert(
      fc.property(number, number, number, (offset, address, fileBytes) => {
        const mapping = codeMapping(segment(offset, address, fileBytes));
        for (const one of Object.values(mapping)) expect(one >= 0n && one < 2n ** 64n).toBe(true);
        // What is at the beginning of the stretch is where the file has it.
        expect(mapping.start - mapping.offset).toBe(address - offset);
      }),
    );
  });
});

describe('the stretches of a program', () => {
  it('are those of this one, and of what is no program there are none', () => {
    const segments = programSegments(process.execPath) ?? [];
    const code = segments.find(({ isCode }) => isCode);
    expect(code).toBeDefined();
    expect(segmentAt(segments, code?.offset ?? 0n)).toBe(code);
    expect(segmentAt(segments, 2n ** 63n)).toBeUndefined();
    expect(programSegments('/proc/self/status')).toBeUndefined();
    expect(programSegments('/does/not/exist')).toBeUndefined();
  });
});
