import { elf32, elf64 } from '../../../src/symbols/elf/layout';

/** A symbol of a made-up file; the defaults are a global function in section 1. */
export interface ImageSymbol {
  readonly name: string;
  readonly value: bigint;
  readonly size?: bigint;
  readonly type?: number;
  readonly binding?: number;
  readonly section?: number;
}

interface ImageSegment {
  readonly offset: bigint;
  readonly vaddr: bigint;
  readonly filesz: bigint;
  readonly flags: number;
}

/** What to put into a made-up ELF file. */
export interface ImageOptions {
  readonly bits?: 32 | 64;
  /** ET_EXEC 2 or ET_DYN 3, the default. */
  readonly type?: number;
  readonly symbols?: readonly ImageSymbol[];
  readonly dynamicSymbols?: readonly ImageSymbol[];
  readonly segments?: readonly ImageSegment[];
}

const code = { offset: 0x1000n, vaddr: 0x1000n, filesz: 0x1000n, flags: 5 };
const data = { offset: 0x2000n, vaddr: 0x3000n, filesz: 0x800n, flags: 6 };

/** The bytes of a small ELF file with these symbols, code at 0x1000 and data at 0x3000. */
export function elfImage(options: ImageOptions = {}): Buffer {
  const { bits = 64, type = 3, symbols = [], dynamicSymbols = [], segments = [code, data] } = options;
  const layout = bits === 64 ? elf64 : elf32;
  const image = Buffer.alloc(0x8000);
  let end = 0x3000;
  const put = (bytes: Buffer): number => {
    const at = end;
    bytes.copy(image, at);
    end += Math.ceil(bytes.length / 16) * 16;
    return at;
  };
  const word = (to: Buffer, offset: number, value: bigint): void => {
    if (bits === 64) to.writeBigUInt64LE(value, offset);
    else to.writeUInt32LE(Number(value), offset);
  };
  const table = (entries: readonly ImageSymbol[]): [Buffer, Buffer] => {
    const names = Buffer.from(`\0${entries.map(({ name }) => `${name}\0`).join('')}`);
    const bytes = Buffer.alloc((entries.length + 1) * layout.symbol.bytes);
    let nameAt = 1;
    entries.forEach(({ name, value, size = 16n, type: kind = 2, binding = 1, section = 1 }, i) => {
      const entry = bytes.subarray((i + 1) * layout.symbol.bytes);
      entry.writeUInt32LE(nameAt, layout.symbol.name);
      entry.writeUInt8((binding << 4) | kind, layout.symbol.info);
      entry.writeUInt16LE(section, layout.symbol.shndx);
      word(entry, layout.symbol.value, value);
      word(entry, layout.symbol.size, size);
      nameAt += Buffer.byteLength(name) + 1;
    });
    return [bytes, names];
  };
  const sections: Uint8Array[] = [Buffer.alloc(layout.section.bytes)];
  for (const [kind, entries] of [[2, symbols] as const, [11, dynamicSymbols] as const]) {
    if (entries.length === 0) continue;
    const [bytes, names] = table(entries);
    const section = (sectionType: number, content: Buffer, link: number): Buffer => {
      const header = Buffer.alloc(layout.section.bytes);
      header.writeUInt32LE(sectionType, layout.section.type);
      word(header, layout.section.offset, BigInt(put(content)));
      word(header, layout.section.size, BigInt(content.length));
      header.writeUInt32LE(link, layout.section.link);
      word(header, layout.section.entsize, BigInt(layout.symbol.bytes));
      return header;
    };
    const at = sections.length;
    sections.push(section(kind, bytes, at + 1), section(3, names, 0));
  }
  const sectionsAt = put(Buffer.concat(sections));
  const segmentsAt = put(
    Buffer.concat(
      segments.map(({ offset, vaddr, filesz, flags }) => {
        const header = Buffer.alloc(layout.segment.size);
        header.writeUInt32LE(1, layout.segment.type);
        header.writeUInt32LE(flags, layout.segment.flags);
        word(header, layout.segment.offset, offset);
        word(header, layout.segment.vaddr, vaddr);
        word(header, layout.segment.filesz, filesz);
        return header;
      }),
    ),
  );
  image.write('\x7fELF', 'latin1');
  image.writeUInt8(bits === 64 ? 2 : 1, 4);
  image.writeUInt8(1, 5);
  image.writeUInt16LE(type, 16);
  const { header } = layout;
  word(image, header.phoff, BigInt(segmentsAt));
  word(image, header.shoff, BigInt(sectionsAt));
  image.writeUInt16LE(layout.segment.size, header.phentsize);
  image.writeUInt16LE(segments.length, header.phnum);
  image.writeUInt16LE(layout.section.bytes, header.shentsize);
  image.writeUInt16LE(sections.length, header.shnum);
  return image.subarray(0, end);
}
