import fc from 'fast-check';
import { expect, it } from 'vitest';
import { expressionValue } from '../../../src/symbols/unwind/frame-expression';
import { frameRow } from '../../../src/symbols/unwind/frame-program';

/** What makes no sense is a RangeError, which whoever asks takes for nothing known. */
function outcome<T>(of: () => T): T | 'refused' {
  try {
    return of();
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return 'refused';
  }
}

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));

it('programs of frames that are any bytes tell of a frame, of none, or are refused', () => {
  const entry = { codeAlignment: 1, dataAlignment: -8, encoding: 0x1b, isAugmented: true, isSignal: false };
  const told = new Set<string>();
  fc.assert(
    fc.property(bytes, bytes, fc.integer({ min: 0, max: 300 }), (common, own, place) => {
      const row = outcome(() => frameRow({ ...entry, program: common }, 0, place, own));
      told.add(row === 'refused' ? row : typeof row);
      if (row === 'refused' || row === undefined) return;
      for (const register of row.rules.keys()) expect(register).toBeLessThan(17);
    }),
    { numRuns: 3000 },
  );
  expect(told).toContain('refused');
});

it('expressions that are any bytes come to a number, to nothing, or are refused', () => {
  const memory = {
    register: (number: number) => (number % 3 === 0 ? undefined : number * 1e12),
    wordAt: (address: number) => (address > 0 ? address / 2 : undefined),
  };
  fc.assert(
    fc.property(bytes, fc.option(fc.integer(), { nil: undefined }), (expression, first) => {
      const value = outcome(() => expressionValue(expression, memory, first));
      expect(['number', 'undefined', 'string']).toContain(typeof value);
    }),
    { numRuns: 3000 },
  );
});

it('programs that are as compilers write them tell the same at places that they tell together', () => {
  // Pushes and pops, each a byte of code further on.
  const pushes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(pushes, (steps) => {
      const entry = { codeAlignment: 1, dataAlignment: -8, encoding: 0x1b, isAugmented: true, isSignal: false };
      // DW_CFA_def_cfa rsp+8, DW_CFA_offset RA -8; then DW_CFA_advance_loc and DW_CFA_def_cfa_offset.
      const common = Buffer.from([0x0c, 7, 8, 0x90, 1]);
      const own = Buffer.from(steps.flatMap((by, i) => [0x40 | by, 0x0e, 16 + i * 4]));
      let place = 0;
      let offset = 8;
      steps.forEach((by, i) => {
        for (let at = place; at < place + by; at += 1) {
          const row = frameRow({ ...entry, program: common }, 0, at, own);
          expect(row?.address).toEqual({ kind: 'register', register: 7, offset });
          expect(row?.rules.get(16)).toEqual({ kind: 'offset', offset: -8 });
        }
        place += by;
        offset = 16 + i * 4;
      });
    }),
  );
});
