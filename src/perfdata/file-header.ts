import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { FILE_HEADER_BYTES, HeaderOffset, MAGIC, PIPE_HEADER_BYTES, SECTION_BYTES } from './file-layout';
import { badFile, type InputFile } from './input-file';
import { readPipeHeader } from './pipe-header';

/** A stretch of a file. */
export interface FileSection {
  readonly offset: number;
  readonly size: number;
}

/** An event as a file has it. */
export interface FileEvent {
  /** `struct perf_event_attr` in the file's byte order, as long as its writer knew it. */
  readonly attr: Uint8Array;
  readonly ids: readonly bigint[];
  /** Where it has a name of its own, outside of the table of all. */
  readonly name?: string;
}

/** What stands around the records. */
export interface FileHeader {
  readonly littleEndian: boolean;
  readonly events: readonly FileEvent[];
  /** The records: those that its writer has accounted for. */
  readonly data: FileSection;
  /** What the file says of its making, by `Feature`: where its content is, in one piece or several. */
  readonly features: ReadonlyMap<number, readonly FileSection[]>;
  readonly isPiped: boolean;
  /** Why `data` is not what the header says; absent when it is. */
  readonly recovered?: 'the writer was killed' | 'the file was cut off';
}

/** PERF_ATTR_SIZE_VER0, and more than any attr to come should need. */
const [SHORTEST_ATTR, LONGEST_ATTR] = [64, 4096];

/** struct perf_file_header as it was before features: up to `adds_features`. */
const OLD_HEADER_BYTES = HeaderOffset.features;

const MAGIC_SWAPPED = Buffer.from('2ELIFREP');

/** @throws SyswideError BAD_FILE for what is no recording, or one whose header contradicts the file */
export function readHeader(file: InputFile): FileHeader {
  const bytes = file.read(0, Buffer.alloc(FILE_HEADER_BYTES));
  const littleEndian = bytes.length >= 8 && bytes.readBigUInt64LE() === MAGIC;
  if (!littleEndian && !bytes.subarray(0, 8).equals(MAGIC_SWAPPED)) {
    throw badFile(
      file.path,
      'it does not begin as a perf.data file does',
      'name a file of syswide record or perf record',
    );
  }
  const u64 = (view: Buffer, at: number): number =>
    Number(littleEndian ? view.readBigUInt64LE(at) : view.readBigUInt64BE(at));
  const headerSize = bytes.length >= PIPE_HEADER_BYTES ? u64(bytes, HeaderOffset.size) : 0;
  if (headerSize === PIPE_HEADER_BYTES) {
    return readPipeHeader(file, littleEndian);
  }
  if (headerSize < OLD_HEADER_BYTES || bytes.length < Math.min(headerSize, FILE_HEADER_BYTES)) {
    throw badFile(file.path, 'its header is too short', 'record it again');
  }
  const section = (view: Buffer, at: number): FileSection => ({ offset: u64(view, at), size: u64(view, at + 8) });
  const data = dataOf(file, section(bytes, HeaderOffset.data), littleEndian);
  const features = headerSize < FILE_HEADER_BYTES ? noFeatures : featuresOf(file, bytes, data.data, section);
  return {
    littleEndian,
    isPiped: false,
    features: features.found,
    events: readEvents(file, section(bytes, HeaderOffset.attrs), u64(bytes, HeaderOffset.attrSize), {
      section,
      littleEndian,
    }),
    // What was killed has written no features, whatever bits it has set.
    ...(features.areCut && !data.recovered ? ({ recovered: 'the file was cut off' } as const) : {}),
    ...data,
  };
}

/**
 * perf writes the length of the data only when it ends in order: a file with 0 of it was left by one that was killed, and
 * has records up to its end.
 */
function dataOf(
  file: InputFile,
  { offset, size }: FileSection,
  littleEndian: boolean,
): Pick<FileHeader, 'data' | 'recovered'> {
  if (offset > file.size) throw contradicts(file, 'its records are to begin behind its end');
  const rest = file.size - offset;
  if (size === 0 && beginsRecord(file, offset, littleEndian))
    return { data: { offset, size: rest }, recovered: 'the writer was killed' };
  if (size > rest) return { data: { offset, size: rest }, recovered: 'the file was cut off' };
  return { data: { offset, size } };
}

/** Whether a record stands there. The table of features, which follows the data of a file without any, looks like none. */
function beginsRecord(file: InputFile, offset: number, littleEndian: boolean): boolean {
  const header = file.read(offset, Buffer.alloc(HEADER_BYTES));
  if (header.length < HEADER_BYTES) return false;
  const size = littleEndian ? header.readUInt16LE(HEADER_SIZE_OFFSET) : header.readUInt16BE(HEADER_SIZE_OFFSET);
  return size >= HEADER_BYTES;
}

interface Reading {
  readonly section: (view: Buffer, at: number) => FileSection;
  readonly littleEndian: boolean;
}

function readEvents(file: InputFile, attrs: FileSection, entrySize: number, reading: Reading): FileEvent[] {
  const attrSize = entrySize - SECTION_BYTES;
  if (!(attrSize >= SHORTEST_ATTR && attrSize <= LONGEST_ATTR)) throw contradicts(file, 'its events have no length');
  const table = wholeSection(file, attrs);
  const events: FileEvent[] = [];
  // Ids that several events share could be made to take more memory than the file is long.
  let idBytes = 0;
  for (let at = 0; at + entrySize <= table.length; at += entrySize) {
    const ids = reading.section(table, at + attrSize);
    idBytes += ids.size;
    if (idBytes > file.size) throw contradicts(file, 'it has more ids than bytes');
    events.push({ attr: table.subarray(at, at + attrSize), ids: idsIn(wholeSection(file, ids), reading.littleEndian) });
  }
  if (events.length === 0) throw contradicts(file, 'it has no events');
  return events;
}

function idsIn(bytes: Buffer, littleEndian: boolean): bigint[] {
  const ids: bigint[] = [];
  for (let at = 0; at + 8 <= bytes.length; at += 8) {
    ids.push(littleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  }
  return ids;
}

/**
 * The bits of the header say which there are; where they are stands behind the data, in their order. Bits that a file of
 * the other byte order has in other words are put right there, too: perf_file_header__read() in util/header.c.
 */
function featuresOf(file: InputFile, header: Buffer, data: FileSection, section: Reading['section']): FoundFeatures {
  const words = header.subarray(HeaderOffset.features, FILE_HEADER_BYTES);
  const littleEndian = header.readBigUInt64LE() === MAGIC;
  const found = new Map<number, FileSection[]>();
  let areCut = false;
  let at = data.offset + data.size;
  for (let feature = 0; feature < words.length * 8; feature += 1) {
    const word = (feature >> 6) * 8;
    const bits = littleEndian ? words.readBigUInt64LE(word) : words.readBigUInt64BE(word);
    if (((bits >> BigInt(feature & 63)) & 1n) === 0n) continue;
    const entry = file.read(at, Buffer.alloc(SECTION_BYTES));
    if (entry.length < SECTION_BYTES) return { found, areCut: true };
    const content = section(entry, 0);
    if (isWithin(file, content)) found.set(feature, [content]);
    else areCut = true;
    at += SECTION_BYTES;
  }
  return { found, areCut };
}

interface FoundFeatures {
  readonly found: Map<number, FileSection[]>;
  /** Whether there are more, of which the file has nothing. */
  readonly areCut: boolean;
}

const noFeatures: FoundFeatures = { found: new Map(), areCut: false };

const isWithin = (file: InputFile, { offset, size }: FileSection): boolean =>
  size <= file.size && offset <= file.size - size;

/** Its bytes, which must lie in the file. @throws SyswideError BAD_FILE */
export function wholeSection(file: InputFile, section: FileSection): Buffer {
  if (!isWithin(file, section)) throw contradicts(file, 'a part of it is to lie behind its end');
  return file.read(section.offset, Buffer.alloc(section.size));
}

const contradicts = (file: InputFile, why: string) =>
  badFile(file.path, why, 'it is damaged or cut off: record it again');
