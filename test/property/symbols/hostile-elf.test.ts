import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, it } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { HostFiles } from '../../../src/host/host-files';
import { LocalSymbols } from '../../../src/symbols/local-symbols';
import { elfImage } from '../../unit/symbols/elf-image';

const folder = mkdtempSync(join(tmpdir(), 'syswide-hostile-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'hostile');

/** Uses all that can be asked of a file; a refusal for users is a right answer. */
function use(image: Uint8Array): void {
  writeFileSync(path, image);
  try {
    const elf = new LocalSymbols(new HostFiles()).file(path);
    for (const name of ['work', 'a', '', '\0', 'x'.repeat(300)]) elf.find(name);
    let names = 0;
    for (const name of elf.names()) names += name.length;
    elf.isCode(BigInt(names));
  } catch (error) {
    expect(error).toBeInstanceOf(SyswideError);
  }
}

it('random bytes are refused', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), use), { numRuns: 300 });
});

const symbols = [
  { name: 'a', value: 0x1000n },
  { name: 'work', value: 0x1010n },
  { name: 'work', value: 0x3010n, binding: 0, type: 1 },
];

it('a file of which any bytes are wrong, or that ends anywhere, is read or refused', () => {
  const interesting = fc.constantFrom(0, 1, 2, 0x7f, 0x80, 0xff);
  const image = fc.constantFrom(elfImage({ symbols }), elfImage({ bits: 32, symbols, dynamicSymbols: symbols }));
  // Headers and tables, where it hurts.
  const place = fc.oneof(fc.nat({ max: 63 }), fc.integer({ min: 0x3000, max: 0x3400 }));
  const changes = fc.array(fc.tuple(place, interesting), { minLength: 1, maxLength: 12 });
  const property = fc.property(image, changes, fc.option(fc.nat({ max: 0x3400 })), (original, wrong, end) => {
    const bytes = Buffer.from(original);
    for (const [at, value] of wrong) if (at < bytes.length) bytes[at] = value;
    use(end === null ? bytes : bytes.subarray(0, end));
  });
  fc.assert(property, { numRuns: 2000 });
}, 60_000);
