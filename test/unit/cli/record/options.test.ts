import { describe, expect, it } from 'vitest';
import { type RawRecordOptions, recordOptions } from '../../../../src/cli/record/record-options';
import { ringPages } from '../../../../src/cli/record/ring-pages';

const parse = (raw: Partial<RawRecordOptions>) => recordOptions({ output: 'perf.data', ...raw }, []);
const refused = (raw: Partial<RawRecordOptions>) => {
  expect(() => parse(raw)).toThrow(expect.objectContaining({ code: 'USAGE' }));
};

describe('the options of record', () => {
  it('say how often a sample is taken', () => {
    expect(parse({}).rate).toEqual({ kind: 'default' });
    expect(parse({ freq: '99' }).rate).toEqual({ kind: 'frequency', hertz: 99n });
    expect(parse({ freq: 'max' }).rate).toEqual({ kind: 'frequency', hertz: 'max' });
    expect(parse({ count: '1000' }).rate).toEqual({ kind: 'period', events: 1000n });
    for (const raw of [{ freq: '0' }, { freq: '-1' }, { count: 'x' }, { freq: '1', count: '1' }]) refused(raw);
  });

  it('say how callers are found', () => {
    expect(parse({ g: true }).callGraph).toEqual({ kind: 'fp' });
    expect(parse({ callGraph: 'dwarf' }).callGraph).toEqual({ kind: 'dwarf', stackBytes: 8192 });
    expect(parse({ callGraph: 'dwarf,65528' }).callGraph).toEqual({ kind: 'dwarf', stackBytes: 65528 });
    for (const callGraph of ['dwarf,', 'dwarf,7', 'dwarf,65536', 'dwarfs', 'lbr', '']) refused({ callGraph });
  });

  it('take sizes with a unit', () => {
    expect(parse({ maxSize: '2G' }).file.mostBytes).toBe(2 ** 31);
    expect(parse({ mmapPages: '64' }).file.ring).toEqual({ pages: 64 });
    expect(parse({ mmapPages: '8m' }).file.ring).toEqual({ bytes: 8 << 20 });
    for (const maxSize of ['', '0', '1T', '-1M', '1.5M']) refused({ maxSize });
  });
});

describe('the length of a ring', () => {
  it('is 4 MiB, and less where there are hundreds of CPUs', () => {
    expect(ringPages(undefined, 4096, 2)).toBe(1024);
    expect(ringPages(undefined, 65536, 2)).toBe(64);
    expect(ringPages(undefined, 4096, 257)).toBe(512);
    expect(ringPages(undefined, 4096, 8192)).toBe(128);
  });

  it('is a power of two of pages, and no shorter than asked for', () => {
    expect(ringPages({ pages: 1 }, 4096, 2)).toBe(1);
    expect(ringPages({ pages: 100 }, 4096, 2)).toBe(128);
    expect(ringPages({ bytes: 1 }, 4096, 2)).toBe(1);
    expect(ringPages({ bytes: 16 << 20 }, 4096, 2)).toBe(4096);
  });
});
