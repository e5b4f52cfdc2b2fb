import { expect, it } from 'vitest';
import { packedWords } from '../../../src/native/argument-bytes';

const line = (text: string) => () => Buffer.from(text, 'latin1');
const packed = (text: string) => Buffer.from(text, 'latin1');

it('bytes that are no UTF-8 are those of the last words of this process', () => {
  const own = line('node\0syswide\0stat\0--\0cat\0caf\xe9\0\0');
  expect(packedWords(['cat', 'caf\ufffd', ''], own)).toEqual(packed('cat\0caf\xe9\0\0'));
  expect(packedWords(['caf\ufffd', ''], own)).toEqual(packed('caf\xe9\0\0'));
});

it.each([
  ['elsewhere', ['caf\ufffd', 'x'], 'node\0caf\xe9\0'],
  ['that are more than there are', ['a', 'b', '\ufffd'], 'b\0\xff\0'],
  ['where nothing tells', ['\ufffd'], ''],
])('words %s are the text that they are', (_, words, own) => {
  expect(packedWords(words, line(own)).toString()).toBe(words.map((word) => `${word}\0`).join(''));
});

it('nobody looks where all is UTF-8', () => {
  const words = ['grep', 'ä', ''];
  const looked = () => {
    throw new Error('looked');
  };
  expect(packedWords(words, looked).toString()).toBe('grep\0ä\0\0');
});
