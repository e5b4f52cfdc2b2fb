import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { demangled } from '../../../src/symbols/demangle';
import { withMemoryLimit } from '../../../src/symbols/memory-limit';

/** A name of which each argument is twice the one before. */
function doubling(times: number): string {
  const before = (i: number) => (i === 0 ? 'S_' : `S${(i - 1).toString(36).toUpperCase()}_`);
  const more = Array.from({ length: times }, (_, i) => `S_I${before(i + 1)}${before(i + 1)}E`);
  return `_Z1fI1pIiiE${more.join('')}Evv`;
}

describe('names that stand for more than anybody has room for', () => {
  it('stay as they are, and others after them do not', () => {
    const { user } = process.cpuUsage();
    for (let i = 0; i < 3; i += 1) {
      // Takes most of the memory, and gives it back.
      expect(demangled(doubling(26)).length).toBeGreaterThan(100_000);
      expect(demangled(doubling(40 + i))).toBe(doubling(40 + i));
      expect(demangled('_ZN3foo3barEi')).toBe('foo::bar');
    }
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(5);
  });

  it('stay as they are when there are very many of them, all at once', () => {
    const { user } = process.cpuUsage();
    for (let i = 0; i < 10_000; i += 1) expect(demangled(doubling(40))).toBe(doubling(40));
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(5);
  });
});

describe('the limit of memory', () => {
  it('is in the module, and in no other', () => {
    const module = readFileSync(join(__dirname, '../../../node_modules/gecko-profiler-demangle/index_bg.wasm'));
    const limited = withMemoryLimit(module, 64);
    expect(limited.length).toBeGreaterThan(module.length);
    expect(withMemoryLimit(limited, 64)).toBe(limited);
    const none = Buffer.from('\0asm\x01\0\0\0', 'latin1');
    expect(withMemoryLimit(none, 64)).toBe(none);
  });
});
