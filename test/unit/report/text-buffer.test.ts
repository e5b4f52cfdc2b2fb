import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextBuffer } from '../../../src/report/text-buffer';

/** What is handed on for what `write` writes. */
function textOf(write: (to: TextBuffer) => void): string {
  const pieces: Buffer[] = [];
  const to = new TextBuffer((bytes) => void pieces.push(Buffer.from(bytes)));
  write(to);
  to.flush();
  return Buffer.concat(pieces).toString();
}

describe('gathered text', () => {
  it('has numbers with zeros in front', () => {
    const whole = fc.oneof(fc.constantFrom(0, 9, 10, 999, 1000, 1e15), fc.integer({ min: 0, max: 2 ** 31 }));
    fc.assert(
      fc.property(whole, fc.integer({ min: 1, max: 12 }), (number, least) => {
        expect(textOf((to) => to.digits(number, least))).toBe(String(number).padStart(least, '0'));
      }),
    );
  });

  it('keeps the order of what is long and what is short, of texts, bytes and numbers', () => {
    const long = 'x'.repeat(3 << 20);
    const parts = ['a', 'é€', long, 'b'.repeat(60), long];
    const text = textOf((to) => {
      for (const part of parts) {
        to.copy(Buffer.from(part));
        to.byte(0x0a);
        to.write(part);
        to.digits(7, 2);
      }
    });
    expect(text === parts.map((part) => `${part}\n${part}07`).join('')).toBe(true);
  });
});
