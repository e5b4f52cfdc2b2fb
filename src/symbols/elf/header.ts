import type { FileWindow } from './file-window';
import { type ElfLayout, ElfType, elf32, elf64, identLayout } from './layout';

/** What the first bytes of an ELF file say. */
export interface ElfHeader {
  readonly layout: ElfLayout;
  /** `EM_*`. */
  readonly machine: number;
  /** It is loaded wherever there is room. */
  readonly positionIndependent: boolean;
  readonly segments: TablePlace;
  readonly sections: TablePlace;
  /** Which section holds their names. */
  readonly sectionNames: number;
}

/** A table of equal entries within the file. */
export interface TablePlace {
  readonly offset: bigint;
  readonly count: number;
  /** Bytes from one entry to the next. */
  readonly entryBytes: number;
}

const MAGIC = Buffer.from('\x7fELF', 'latin1');

/** In `e_phnum`: there are more, and the first section says how many. */
const MANY_SEGMENTS = 0xffff;

/** @throws SyswideError BAD_EVENT for what is no ELF program or library of this byte order */
export function readHeader(file: FileWindow): ElfHeader {
  const ident = file.read(0n, BigInt(identLayout.bytes), 'its header');
  if (!ident.subarray(0, MAGIC.length).equals(MAGIC)) throw file.broken('it does not begin with ELF');
  const layout = [undefined, elf32, elf64][ident[identLayout.class] ?? 0];
  if (!layout || ident[identLayout.data] !== 1) throw file.broken('its class or byte order is not one of this machine');
  const type = ident.readUInt16LE(identLayout.type);
  if (type !== ElfType.executable && type !== ElfType.shared) throw file.broken('it is no program or library');
  const bytes = file.read(0n, BigInt(layout.header.size), 'its header');
  const places = tablePlaces(bytes, layout);
  const { segments, sections } = extended(places, layout, file);
  checkEntries(segments, layout.segment.size, file);
  checkEntries(sections, layout.section.bytes, file);
  const sectionNames = bytes.readUInt16LE(layout.header.shstrndx);
  const machine = ident.readUInt16LE(identLayout.machine);
  return { layout, machine, positionIndependent: type === ElfType.shared, segments, sections, sectionNames };
}

type TablePlaces = Pick<ElfHeader, 'segments' | 'sections'>;

function tablePlaces(bytes: Buffer, layout: ElfLayout): TablePlaces {
  const { phoff, phnum, phentsize, shoff, shnum, shentsize } = layout.header;
  const place = (offset: number, count: number, size: number): TablePlace => ({
    offset: readWord(bytes, offset, layout),
    count: bytes.readUInt16LE(count),
    entryBytes: bytes.readUInt16LE(size),
  });
  return { segments: place(phoff, phnum, phentsize), sections: place(shoff, shnum, shentsize) };
}

/** Counts that do not fit into 16 bits stand in the first section's header. Source: elf(5), e_phnum and e_shnum. */
function extended({ segments, sections }: TablePlaces, layout: ElfLayout, file: FileWindow): TablePlaces {
  const isShort = segments.count !== MANY_SEGMENTS && (sections.count > 0 || sections.offset === 0n);
  if (isShort || sections.offset === 0n) return { segments, sections };
  const first = file.read(sections.offset, BigInt(layout.section.bytes), 'its first section header');
  const sectionCount = sections.count || Number(readWord(first, layout.section.size, layout));
  const segmentCount = segments.count === MANY_SEGMENTS ? first.readUInt32LE(layout.section.info) : segments.count;
  return { segments: { ...segments, count: segmentCount }, sections: { ...sections, count: sectionCount } };
}

function checkEntries({ entryBytes, count }: TablePlace, least: number, file: FileWindow): void {
  if (count > 0 && entryBytes < least) throw file.broken('its tables have entries that are too short');
}

/** All entries of a table, in one piece. */
export const readTable = (file: FileWindow, { offset, count, entryBytes }: TablePlace, what: string): Buffer =>
  count === 0 ? Buffer.alloc(0) : file.read(offset, BigInt(count) * BigInt(entryBytes), what);

/** A 32- or 64-bit field. */
export const readWord = (bytes: Buffer, offset: number, { wordBytes }: ElfLayout): bigint =>
  wordBytes === 8 ? bytes.readBigUInt64LE(offset) : BigInt(bytes.readUInt32LE(offset));
