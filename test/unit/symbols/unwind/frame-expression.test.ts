import { describe, expect, it } from 'vitest';
import { expressionValue } from '../../../../src/symbols/unwind/frame-expression';

const memory = {
  register: (number: number) => ({ 7: 0x7ffc_0000_1000, 16: 0x40_1016 })[number],
  wordAt: (address: number) => (address === 0x7ffc_0000_1008 ? 77 : undefined),
};

const value = (...bytes: readonly number[]): number | undefined => expressionValue(Buffer.from(bytes), memory);

describe('expressions', () => {
  it('of linkage tables tell how far a stub has come', () => {
    // breg7+8, breg16+0, lit15, and, lit11, ge, lit3, shl, plus: what linkers write.
    const plt = [0x77, 8, 0x80, 0, 0x3f, 0x1a, 0x3b, 0x2a, 0x33, 0x24, 0x22];
    expect(value(...plt)).toBe(0x7ffc_0000_1008);
    const later = { ...memory, register: (number: number) => (number === 16 ? 0x40_101b : memory.register(number)) };
    expect(expressionValue(Buffer.from(plt), later)).toBe(0x7ffc_0000_1010);
  });

  it.each([
    ['a word of the stack', [0x77, 8, 0x06], 77],
    ['a word that nobody has', [0x77, 9, 0x06], undefined],
    ['a register that nobody has', [0x73, 0], undefined],
    ['any register, and a negative offset', [0x92, 7, 0x78], 0x7ffc_0000_0ff8],
    ['constants', [0x09, 0xff, 0x0a, 1, 2, 0x22, 0x10, 0x80, 1, 0x22, 0x11, 0x7f, 0x22], 0x200 + 127],
    ['swapped', [0x31, 0x33, 0x16, 0x1c], 2],
    ['the same twice', [0x35, 0x12, 0x1e], 25],
    ['a constant more', [0x35, 0x23, 0x81, 1], 134],
    ['negated, and dropped', [0x35, 0x1f, 0x31, 0x13], -5],
    ['bits', [0x3c, 0x3a, 0x27, 0x31, 0x25, 0x38, 0x21], 11],
    ['nothing', [], undefined],
  ])('tell %s', (_what, bytes, expected) => {
    expect(value(...bytes)).toBe(expected);
  });

  it('begin with what is given', () => {
    expect(expressionValue(Buffer.from([0x23, 4]), memory, 100)).toBe(104);
  });

  it.each([
    ['an operation that nobody knows', [0xf0]],
    ['an operand that is missing', [0x0c, 1]],
    ['too many operations', new Array(5000).fill(0x96)],
  ])('with %s make no sense', (_what, bytes) => {
    expect(() => value(...bytes)).toThrow(RangeError);
  });
});
