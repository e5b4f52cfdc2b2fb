import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { HostFiles } from '../../../src/host/host-files';
import { elf64 } from '../../../src/symbols/elf/layout';
import { LocalSymbols } from '../../../src/symbols/local-symbols';
import { elfImage, type ImageOptions } from './elf-image';

const folder = mkdtempSync(join(tmpdir(), 'syswide-elf-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function read(image: Buffer | ImageOptions) {
  const path = join(folder, `image-${files++}`);
  writeFileSync(path, Buffer.isBuffer(image) ? image : elfImage(image));
  return new LocalSymbols(new HostFiles()).file(path);
}

const [local, global] = [0, 1];
const [none, object, func, file, tls] = [0, 1, 2, 4, 6];

describe.each([64, 32] as const)('a %i-bit file', (bits) => {
  it('has functions and variables by name, with their place in the file', () => {
    const symbols = [
      { name: 'work', value: 0x1010n },
      { name: 'counter', value: 0x3020n, type: object, size: 4n },
      { name: 'zeroed', value: 0x3900n, type: object, size: 4n },
    ];
    const elf = read({ bits, symbols });
    expect(elf.positionIndependent).toBe(true);
    expect(elf.find('work')).toEqual({ address: 0x1010n, fileOffset: 0x1010n, size: 16n });
    expect(elf.find('counter')).toEqual({ address: 0x3020n, fileOffset: 0x2020n, size: 4n });
    expect(elf.find('zeroed')).toEqual({ address: 0x3900n, size: 4n });
    expect(elf.find('wor')).toBeUndefined();
    expect(elf.find('ork')).toBeUndefined();
    expect(elf.find('')).toBeUndefined();
    expect([...elf.names()]).toEqual(['work', 'counter', 'zeroed']);
    expect([0xfffn, 0x1000n, 0x1fffn, 0x2000n].map((at) => elf.isCode(at))).toEqual([false, true, true, false]);
  });

  it('may be linked to a fixed address, and may have dynamic symbols only', () => {
    const elf = read({ bits, type: 2, dynamicSymbols: [{ name: 'exported', value: 0x1000n }] });
    expect(elf.positionIndependent).toBe(false);
    expect(elf.find('exported')).toMatchObject({ address: 0x1000n });
  });
});

describe('of several symbols of one name', () => {
  it('the full table comes before the dynamic one', () => {
    const symbols = [{ name: 'f', value: 0x1010n }];
    expect(read({ symbols, dynamicSymbols: [{ name: 'f', value: 0x1020n }] }).find('f')?.address).toBe(0x1010n);
  });

  it('the global one comes before those of single files', () => {
    const symbols = [
      { name: 'a.c', value: 0n, type: file, binding: local, section: 0xfff1 },
      { name: 'f', value: 0x1010n, binding: local },
      { name: 'f', value: 0x1020n, binding: global },
    ];
    expect(read({ symbols }).find('f')?.address).toBe(0x1020n);
  });

  it('a function comes before a bare label, and undefined ones do not count', () => {
    const symbols = [
      { name: 'f', value: 0x1010n, type: none },
      { name: 'f', value: 0x1020n, type: func },
      { name: 'f', value: 0n, type: func, section: 0 },
    ];
    expect(read({ symbols }).find('f')?.address).toBe(0x1020n);
  });

  it('two at one address are one', () => {
    const symbols = [
      { name: 'f', value: 0x1010n },
      { name: 'f', value: 0x1010n, binding: 2 },
    ];
    expect(read({ symbols }).find('f')?.address).toBe(0x1010n);
  });

  it('static ones of several files are named in the error', () => {
    const symbols = ['a.c', 'b.c'].flatMap((name, i) => [
      { name, value: 0n, type: file, binding: local, section: 0xfff1 },
      { name: 'state', value: 0x3000n + BigInt(i * 8), type: object, binding: local },
    ]);
    expect(() => read({ symbols }).find('state')).toThrow(/more than one state.*0x3000 of a\.c, 0x3008 of b\.c/);
  });

  it('versions are not part of the name', () => {
    const symbols = [
      { name: 'memcpy@GLIBC_2.2.5', value: 0x1010n },
      { name: 'memcpy@@GLIBC_2.14', value: 0x1020n },
    ];
    expect(read({ symbols }).find('memcpy')?.address).toBe(0x1020n);
  });
});

it('a variable of each thread has no address', () => {
  const symbols = [{ name: 'mine', value: 0x10n, type: tls }];
  expect(() => read({ symbols }).find('mine')).toThrow(/every thread has its own/);
});

it('a stripped file has no symbols', () => {
  expect(read({}).find('main')).toBeUndefined();
});

describe('what is no ELF file of this machine is refused', () => {
  const image = elfImage({ symbols: [{ name: 'f', value: 0x1010n }] });
  const changed = (change: (image: Buffer) => void): Buffer => {
    const copy = Buffer.from(image);
    change(copy);
    return copy;
  };

  it.each([
    ['nothing', Buffer.alloc(0), /its header reaches beyond its end/],
    ['a text', Buffer.from('#!/bin/sh\necho something\n'), /does not begin with ELF/],
    ['a header alone', image.subarray(0, 64), /reaches beyond its end/],
    ['another byte order', changed((bytes) => bytes.writeUInt8(2, 5)), /byte order/],
    ['another class', changed((bytes) => bytes.writeUInt8(7, 4)), /class/],
    ['an object file', changed((bytes) => bytes.writeUInt16LE(1, 16)), /no program or library/],
    ['tables beyond its end', changed((bytes) => bytes.writeBigUInt64LE(1n << 62n, elf64.header.shoff)), /beyond/],
    ['tables of nothing', changed((bytes) => bytes.writeUInt16LE(0, elf64.header.shentsize)), /too short/],
  ])('%s', (_, bytes, text) => {
    expect(() => read(bytes)).toThrow(text);
  });

  it.each([
    ['/no/such/file', 'BAD_EVENT'],
    ['/dev/zero', 'BAD_EVENT'],
    [folder, 'BAD_EVENT'],
  ])('%s', (path, code) => {
    expect(() => new LocalSymbols(new HostFiles()).file(path)).toThrow(expect.objectContaining({ code }));
  });

  it('a FIFO, without waiting for its writer', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('mkfifo', [fifo]);
    expect(() => new LocalSymbols(new HostFiles()).file(fifo)).toThrow(/no regular file/);
  });
});

it('finds the count of sections where it stands when 16 bits do not hold it', () => {
  const symbols = Array.from({ length: 200 }, (_, i) => ({ name: `f${i}`, value: BigInt(0x1000 + i) }));
  const image = Buffer.from(elfImage({ symbols }));
  // The count of sections moves into the first one's size.
  const sections = Number(image.readBigUInt64LE(elf64.header.shoff));
  const count = image.readUInt16LE(elf64.header.shnum);
  image.writeUInt16LE(0, elf64.header.shnum);
  image.writeBigUInt64LE(BigInt(count), sections + elf64.section.size);
  expect(read(image).find('f199')?.address).toBe(0x10c7n);
});

it('reads its own interpreter as nm does', () => {
  const elf = new LocalSymbols(new HostFiles()).file(process.execPath);
  const begin = performance.now();
  expect(elf.find('main')?.size).toBeGreaterThan(0n);
  expect(performance.now() - begin).toBeLessThan(2000);
});
