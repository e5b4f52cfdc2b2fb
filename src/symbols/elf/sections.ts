import type { FileWindow } from './file-window';
import { type ElfHeader, readTable, readWord } from './header';

/** A section of the file, as its header tells. Bytes. */
export interface Section {
  readonly name: string;
  readonly type: number;
  readonly offset: number;
  readonly size: number;
  /** Of each of its entries, for tables. */
  readonly entryBytes: number;
  /** The section that it goes with. */
  readonly link: number;
}

/** `sh_type` of sections that hold nothing in the file. */
const NO_BITS = 8;

/** All of them, in the order of the file; none of a file without section headers. */
export function readSections(file: FileWindow, header: ElfHeader): Section[] {
  const table = readTable(file, header.sections, 'its section headers');
  const { type, offset, size, link, entsize } = header.layout.section;
  const sections = Array.from({ length: header.sections.count }, (_, i) => {
    const at = i * header.sections.entryBytes;
    const word = (field: number) => Number(readWord(table, at + field, header.layout));
    return {
      nameAt: table.readUInt32LE(at),
      type: table.readUInt32LE(at + type),
      offset: word(offset),
      size: word(size),
      entryBytes: word(entsize),
      link: table.readUInt32LE(at + link),
    };
  });
  const names = sections[header.sectionNames];
  const text = names && names.type !== NO_BITS ? sectionBytes(file, names, 'its section names') : Buffer.alloc(0);
  return sections.map(({ nameAt, ...section }) => ({ ...section, name: textAt(text, nameAt) }));
}

/** What is in a section. @throws SyswideError BAD_EVENT where it is not in the file */
export const sectionBytes = (
  file: FileWindow,
  { offset, size }: Pick<Section, 'offset' | 'size'>,
  what: string,
): Buffer => file.read(BigInt(offset), BigInt(size), what);

/** A NUL-terminated text in a table of such. */
export function textAt(texts: Buffer, at: number): string {
  if (at >= texts.length) return '';
  const end = texts.indexOf(0, at);
  return texts.toString('utf8', at, end < 0 ? texts.length : end);
}
