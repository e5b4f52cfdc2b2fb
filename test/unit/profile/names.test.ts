import { describe, expect, it } from 'vitest';
import { Names } from '../../../src/profile/names';
import { Numbering } from '../../../src/profile/numbering';

describe('names', () => {
  it('of equal texts are one, of others are not, and are told again', () => {
    const names = new Names();
    const texts = Array.from({ length: 20_000 }, (_, i) =>
      i % 3 === 0 ? `ä${i}` : 'x'.repeat(i % 9) + i.toString(36),
    );
    const ids = texts.map((text) => names.idOf(text));
    expect(texts.map((text) => names.idOf(text))).toEqual(ids);
    expect(names.size).toBe(new Set(texts).size);
    expect(ids.map((id) => names.textOf(id))).toEqual(texts);
    expect(ids[0]).toBe(0);
    expect(names.textOf(names.size)).toBe('');
  });

  it('are found by bytes, wherever those lie, and by what is no UTF-8 as it is shown', () => {
    const names = new Names();
    const bytes = Buffer.from('..sh..\xff\xfe\xfe..ä', 'latin1');
    expect(names.idOfBytes(bytes, 2, 4)).toBe(names.idOf('sh'));
    expect(names.idOfBytes(bytes, 2, 3)).not.toBe(names.idOf('sh'));
    expect(names.idOfBytes(bytes, 2, 2)).toBe(names.idOf(''));
    expect(names.idOfBytes(bytes, 6, 8)).toBe(names.idOf('\ufffd\ufffd'));
    expect(names.idOfBytes(bytes, 7, 9)).toBe(names.idOf('\ufffd\ufffd'));
    const utf8 = Buffer.from('größe');
    expect(names.idOfBytes(utf8, 0, utf8.length)).toBe(names.idOf('größe'));
  });
});

describe('a numbering', () => {
  it('counts numbers from 0 on, in the order in which they come, whatever they are', () => {
    const numbering = new Numbering();
    const numbers = Array.from({ length: 50_000 }, (_, i) => (i * 0x10001) | 0);
    expect(numbering.find(5)).toBe(-1);
    expect(numbers.map((number) => numbering.of(number))).toEqual(numbers.map((_, i) => i));
    expect(numbers.map((number) => numbering.find(number))).toEqual(numbers.map((_, i) => i));
    expect([numbering.of(-1), numbering.of(-1), numbering.size]).toEqual([50_000, 50_000, 50_001]);
  });
});
