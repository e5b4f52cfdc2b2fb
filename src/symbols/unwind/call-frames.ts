import { FileWindow } from '../elf/file-window';
import { readHeader } from '../elf/header';
import { readSections, sectionBytes } from '../elf/sections';
import { readSegments, type Segment } from '../elf/segments';
import { ByteCursor } from './byte-cursor';
import { type CommonEntry, frameRow } from './frame-program';
import type { FrameRow } from './frame-row';

/** EM_X86_64: registers have other numbers elsewhere. */
const X86_64 = 62;

/** DW_EH_PE_*: how an address is written, from where it is counted, and that it is the address of one. */
const Encoding = { format: 0x0f, origin: 0x70, fromHere: 0x10, fromHeader: 0x30, none: 0xff } as const;
/** Both numbers of a pair of the index have that. */
const [FROM_HEADER_32, PAIR_BYTES] = [0x3b, 8];

/** So many rows are kept; then it begins anew. */
const MOST_ROWS = 1 << 16;

/** Where functions begin in memory, ascending, and where the entry of each is in the section. */
interface EntryTable {
  readonly starts: Float64Array;
  readonly entries: Float64Array;
}

/** A section, and its address. */
interface Part {
  readonly bytes: Buffer;
  readonly address: number;
}

/**
 * What a program tells of the frames of its functions, for who follows a stack without frame pointers: `.eh_frame`, which is
 * there for exceptions. Source: Linux Standard Base 5.0, 10.6; DWARF 5, 6.4.
 */
export class CallFrames {
  readonly #rows = new Map<number, FrameRow | undefined>();
  readonly #common = new Map<number, CommonEntry>();

  private constructor(
    private readonly segments: readonly Segment[],
    private readonly frames: Part,
    private readonly table: EntryTable,
  ) {}

  /** @returns undefined of a program that tells nothing, or is of another machine. @throws SyswideError as `FileWindow` */
  static read(path: string): CallFrames | undefined {
    using file = FileWindow.open(path);
    return CallFrames.of(file);
  }

  /** The same, of a file that is open. */
  static of(file: FileWindow): CallFrames | undefined {
    const header = readHeader(file);
    if (header.machine !== X86_64) return undefined;
    const segments = readSegments(file, header);
    const sections = readSections(file, header);
    const part = (wanted: string): Part | undefined => {
      const section = sections.find(({ name }) => name === wanted);
      const address = section && addressOf(segments, section.offset);
      return section && address !== undefined
        ? { bytes: sectionBytes(file, section, 'its call frames'), address }
        : undefined;
    };
    const [frames, index] = [part('.eh_frame'), part('.eh_frame_hdr')];
    if (!frames) return undefined;
    const table = (index && tableOfIndex(index, frames)) ?? tableOfEntries(frames);
    return new CallFrames(segments, frames, table);
  }

  /** How the frame looks at a place of the file; undefined where the file does not tell. */
  rowAt(offset: number): FrameRow | undefined {
    const known = this.#rows.get(offset);
    if (known || this.#rows.has(offset)) return known;
    const row = orNothing(() => this.find(offset));
    if (this.#rows.size >= MOST_ROWS) this.#rows.clear();
    this.#rows.set(offset, row);
    return row;
  }

  private find(offset: number): FrameRow | undefined {
    const address = addressOf(this.segments, offset);
    const at = address === undefined ? undefined : entryAt(this.table, address);
    if (address === undefined || at === undefined) return undefined;
    const entry = openEntry(this.frames, at);
    if (!entry || entry.common < 0) return undefined;
    const common = this.commonAt(entry.common);
    const { begin, end } = readRange(entry.body, common.encoding, this.frames.address);
    if (!(address >= begin && address < end)) return undefined;
    if (common.isAugmented) entry.body.block(entry.body.unsigned());
    return frameRow(common, begin, address, entry.body.block(entry.body.end - entry.body.at));
  }

  private commonAt(at: number): CommonEntry {
    const known = this.#common.get(at);
    if (known) return known;
    const entry = openEntry(this.frames, at);
    if (!entry || entry.common >= 0) throw new RangeError('an entry of nothing');
    const common = readCommon(entry.body);
    this.#common.set(at, common);
    return common;
  }
}

/** What a file says may make no sense: then it says nothing. */
function orNothing<T>(read: () => T | undefined): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function addressOf(segments: readonly Segment[], offset: number): number | undefined {
  const segment = segments.find((one) => offset >= one.offset && offset < one.offset + one.fileBytes);
  return segment && offset - Number(segment.offset) + Number(segment.address);
}

/** The entry of the last function that does not begin behind an address. */
function entryAt({ starts, entries }: EntryTable, address: number): number | undefined {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((starts[middle] ?? 0) <= address) low = middle + 1;
    else high = middle;
  }
  return low === 0 ? undefined : entries[low - 1];
}

/** The index that linkers make, in the one form that they write; undefined for any other. */
function tableOfIndex({ bytes, address }: Part, frames: Part): EntryTable | undefined {
  return orNothing(() => {
    const index = new ByteCursor(bytes, 0);
    const [version, framesEncoding, countEncoding, encoding] = [index.u8(), index.u8(), index.u8(), index.u8()];
    if (version !== 1 || encoding !== FROM_HEADER_32 || countEncoding === Encoding.none) return undefined;
    encoded(index, framesEncoding, address);
    const count = encoded(index, countEncoding, address);
    const pairs = index.block(count * PAIR_BYTES);
    const view = new DataView(pairs.buffer, pairs.byteOffset, pairs.byteLength);
    const [starts, entries] = [new Float64Array(count), new Float64Array(count)];
    for (let i = 0; i < count; i += 1) {
      starts[i] = address + view.getInt32(i * PAIR_BYTES, true);
      entries[i] = address + view.getInt32(i * PAIR_BYTES + PAIR_BYTES / 2, true) - frames.address;
    }
    return { starts, entries };
  });
}

/** An index of all entries, one after the other, up to one that makes no sense. */
function tableOfEntries(frames: Part): EntryTable {
  const found: { start: number; at: number }[] = [];
  const common = new Map<number, CommonEntry | undefined>();
  orNothing(() => {
    for (let at = 0; at < frames.bytes.length; ) {
      const entry = openEntry(frames, at);
      if (!entry) break;
      if (entry.common < 0)
        common.set(
          at,
          orNothing(() => readCommon(entry.body)),
        );
      const own = common.get(entry.common);
      if (own) found.push({ start: readRange(entry.body, own.encoding, frames.address).begin, at });
      at = entry.body.end;
    }
  });
  found.sort((a, b) => a.start - b.start);
  return {
    starts: Float64Array.from(found, ({ start }) => start),
    entries: Float64Array.from(found, ({ at }) => at),
  };
}

/** An entry of the section. */
interface Entry {
  /** What is behind its length, and its kind. */
  readonly body: ByteCursor;
  /** Where what it has in common with others is; -1: it is such itself. */
  readonly common: number;
}

/** In place of a length: one of 64 bits follows. */
const LONG = 0xffff_ffff;

/** @returns undefined at the end of them */
function openEntry({ bytes }: Part, at: number): Entry | undefined {
  const body = new ByteCursor(bytes, at);
  const short = body.u32();
  if (short === 0) return undefined;
  const length = short === LONG ? body.u64() : short;
  const from = body.at;
  body.block(length);
  body.end = body.at;
  body.at = from;
  const back = body.u32();
  return { body, common: back === 0 ? -1 : from - back };
}

function readCommon(body: ByteCursor): CommonEntry {
  const version = body.u8();
  const augmentation = body.text();
  if (version === 4) body.block(2);
  const [codeAlignment, dataAlignment] = [body.unsigned(), body.signed()];
  // The register of the return address: on this machine always the same.
  if (version === 1) body.u8();
  else body.unsigned();
  const isAugmented = augmentation.startsWith('z');
  const isKnown = version === 1 || version === 3 || version === 4;
  if (!isKnown || (augmentation !== '' && !isAugmented)) throw new RangeError('an entry of no known kind');
  const added = new ByteCursor(isAugmented ? body.block(body.unsigned()) : Buffer.alloc(0), 0);
  return {
    ...{ codeAlignment, dataAlignment, isAugmented },
    encoding: addressEncoding(augmentation, added),
    isSignal: augmentation.includes('S'),
    program: body.block(body.end - body.at),
  };
}

/** How entries write addresses: it stands where the letter R does. */
function addressEncoding(augmentation: string, added: ByteCursor): number {
  let encoding = 0;
  for (const letter of augmentation.slice(1)) {
    if (letter === 'R') encoding = added.u8();
    else if (letter === 'L') added.u8();
    else if (letter === 'P') encoded(added, added.u8() & Encoding.format, 0);
    else if (letter !== 'S' && letter !== 'B') throw new RangeError(`nobody knows what ${letter} adds`);
  }
  return encoding;
}

/** Where a function begins, and where it ends. */
function readRange(body: ByteCursor, encoding: number, base: number): { begin: number; end: number } {
  const here = base + body.at;
  const begin = encoded(body, encoding, 0, here);
  return { begin, end: begin + encoded(body, encoding & Encoding.format, 0) };
}

/** An address, as it is written there. @param header what some are counted from @param here where it is itself */
function encoded(code: ByteCursor, encoding: number, header: number, here = 0): number {
  const read = formats[encoding & Encoding.format];
  if (!read || encoding >= 0x80) throw new RangeError('an address in no known encoding');
  const number = read(code);
  switch (encoding & Encoding.origin) {
    case 0:
      return number;
    case Encoding.fromHere:
      return here + number;
    case Encoding.fromHeader:
      return header + number;
    default:
      throw new RangeError('an address that is counted from nowhere');
  }
}

const formats: Readonly<Record<number, (code: ByteCursor) => number>> = {
  0: (code) => code.u64(),
  1: (code) => code.unsigned(),
  2: (code) => code.u16(),
  3: (code) => code.u32(),
  4: (code) => code.u64(),
  9: (code) => code.signed(),
  10: (code) => code.i16(),
  11: (code) => code.i32(),
  12: (code) => code.i64(),
};
