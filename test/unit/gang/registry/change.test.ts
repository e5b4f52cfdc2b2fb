import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { type ChangeTexts, parseChange } from '../../../../src/gang/registry/change';

describe('a change', () => {
  it.each<[ChangeTexts, object]>([
    [{ period: '1' }, { period: 1n }],
    [{ period: '9223372036854775807' }, { period: (1n << 63n) - 1n }],
    [{ filter: ' prev_pid == 1 ' }, { filter: 'prev_pid == 1' }],
    [{ filter: '' }, { filter: '' }],
    [{ addr: '0xffffffffffffffff' }, { breakpoint: { address: (1n << 64n) - 1n } }],
    [{ addr: '4096', len: '2', type: 'x' }, { breakpoint: { address: 4096n, length: 2, type: 4 } }],
    [
      { type: 'w', period: '7' },
      { period: 7n, breakpoint: { type: 2 } },
    ],
  ])('%j', (texts, change) => {
    expect(parseChange(texts)).toEqual(change);
  });

  it('of CPUs', () => {
    expect(parseChange({ cpus: '3,0-1' }).cpus?.toString()).toBe('0-1,3');
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{}, /nothing to set/],
    [{ cpus: '' }, /cpus=/],
    [{ cpus: '1-0' }, /cpus=1-0/],
    [{ cpus: null }, /no text/],
    [{ period: '0' }, /outside/],
    [{ period: '-1' }, /no number/],
    [{ period: '1e3' }, /no number/],
    [{ period: '9223372036854775808' }, /outside/],
    [{ filter: 'prev_pid =' }, /filter=prev_pid =/],
    [{ filter: 'x'.repeat(5000) }, /4095/],
    [{ addr: '' }, /no number/],
    [{ addr: '0x' }, /no number/],
    [{ addr: '0x10000000000000000' }, /no number/],
    [{ addr: '99999999999999999999' }, /outside/],
    [{ addr: 'main' }, /no number/],
    [{ len: '3' }, /1, 2, 4 or 8/],
    [{ type: 'wr' }, /w, rw, r or x/],
    [{ type: 'toString' }, /w, rw, r or x/],
    [{ colour: 'red' }, /use cpus, period/],
    [{ cpus: '0', period: 'x' }, /period=x/],
  ])('%j is refused', (texts, why) => {
    expect(() => parseChange(texts)).toThrow(why);
    expect(() => parseChange(texts)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('of any form is a change or an error for users', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('cpus', 'period', 'filter', 'addr', 'len', 'x'), fc.anything()),
        (any) => {
          try {
            parseChange(any);
          } catch (error) {
            expect(error).toBeInstanceOf(SyswideError);
          }
        },
      ),
    );
  });
});
