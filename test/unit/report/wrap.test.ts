import { describe, expect, it } from 'vitest';
import { wrap } from '../../../src/report/wrap';

describe('breaking a line', () => {
  it('leaves alone what fits', () => {
    expect(wrap('a note', { width: 7, indent: ' ' })).toEqual([' a note']);
  });

  it('breaks at spaces, and indents what follows', () => {
    expect(wrap('one two three four', { width: 10, indent: ' ' })).toEqual([' one two', '   three', '   four']);
  });

  it('keeps long words whole', () => {
    expect(wrap('see /a/very/long/path there', { width: 10, indent: '' })).toEqual([
      'see',
      '  /a/very/long/path',
      '  there',
    ]);
  });

  it('cuts what takes too many lines', () => {
    expect(wrap('one two three four', { width: 10, indent: ' ', most: 2 })).toEqual([' one two', '   three…']);
    expect(wrap('abcdefghijkl', { width: 10, indent: ' ', most: 2 })).toEqual([' abcdefgh…']);
  });

  it('makes a line of nothing', () => {
    expect(wrap('', { width: 10, indent: ' ', most: 1 })).toEqual([' ']);
  });
});
