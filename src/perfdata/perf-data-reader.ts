import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { CompressedStream } from './compressed-stream';
import { type FileEvent, type FileHeader, readHeader, wholeSection } from './file-header';
import { Feature } from './file-layout';
import { FileOnlyRecord } from './file-only-record';
import { InputFile, type Owner } from './input-file';
import { type Stretch, stretchesOf, wholeRecords } from './stretches';

/** A record of a file. */
export interface FileRecord {
  readonly type: number;
  readonly misc: number;
  /** Where in the file it begins. */
  readonly offset: number;
  /** What follows the header, in the file's byte order: a view, valid until the next record is asked for. */
  readonly body: DataView;
}

/** Given a record's type, where its body begins in `view`, and ends, and where the record begins in the file. */
export type RecordVisitor = (type: number, view: DataView, begin: number, end: number, offset: number) => void;

/** Goes through whole records, one behind the other, from a place on. @param offset of the first of all in the file */
export function visitRecords(
  records: DataView,
  from: number,
  littleEndian: boolean,
  offset: number,
  visit: RecordVisitor,
): void {
  const length = records.byteLength;
  for (let at = from; at < length; ) {
    const size = records.getUint16(at + HEADER_SIZE_OFFSET, littleEndian);
    visit(records.getUint32(at, littleEndian), records, at + HEADER_BYTES, at + size, offset + at);
    at += size;
  }
}

/**
 * Reads a perf.data file, in either byte order, from beginning to end, in memory that does not depend on its length. It
 * may come from anybody: what cannot be read is told, never guessed.
 */
export class PerfDataReader {
  #unread = 0;
  /** What of its header makes no sense, by what it is; those who find it add it. */
  readonly damaged = new Set<string>();

  private constructor(
    private readonly file: InputFile,
    private readonly header: FileHeader,
  ) {}

  /** @throws SyswideError BAD_FILE */
  static open(path: string, owner?: Owner): PerfDataReader {
    const file = InputFile.open(path, owner);
    try {
      return new PerfDataReader(file, readHeader(file));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  get events(): readonly FileEvent[] {
    return this.header.events;
  }

  get littleEndian(): boolean {
    return this.header.littleEndian;
  }

  /** Whether its header has a table of build-ids; those of a pipe come by and by. */
  get listsBuilds(): boolean {
    return !this.header.isPiped && this.header.features.has(Feature.buildId);
  }

  /** Why the records are not those that the header speaks of; undefined when they are. */
  get recovered(): FileHeader['recovered'] {
    return this.header.recovered;
  }

  /** After `records` has ended: the bytes at the end that are no whole record. */
  get unread(): number {
    return this.#unread;
  }

  /** Its records as they stand in the file: those of one CPU are in order, those of several are not. */
  *records(): Generator<FileRecord> {
    const little = this.littleEndian;
    for (const { view, offset, length } of this.stretches()) {
      for (let at = 0; at < length; ) {
        const size = view.getUint16(at + HEADER_SIZE_OFFSET, little);
        const body = new DataView(view.buffer, view.byteOffset + at + HEADER_BYTES, size - HEADER_BYTES);
        yield { type: view.getUint32(at, little), misc: view.getUint16(at + 4, little), offset: offset + at, body };
        at += size;
      }
    }
  }

  /**
   * The same for who needs little of each of millions: nothing is made for a record.
   * @param visit given each of them; the view is valid until it returns
   * @param onProgress told now and then how much of the file is done, from 0 to 1
   */
  scan(visit: RecordVisitor, onProgress?: (done: number) => void): void {
    this.scanStretches((records, offset) => visitRecords(records, 0, this.littleEndian, offset, visit), onProgress);
  }

  /**
   * The same for who reads many records at once.
   * @param visit given them as they stand in the file, one behind the other, and where there; valid until it returns
   */
  scanStretches(visit: (records: DataView, offset: number) => void, onProgress?: (done: number) => void): void {
    const { data } = this.header;
    for (const { view, length, offset } of this.stretches()) {
      onProgress?.((offset - data.offset) / data.size);
      visit(new DataView(view.buffer, view.byteOffset, length), offset);
    }
  }

  /** The content of a section of the header, by `Feature`; undefined where there is none. @throws SyswideError BAD_FILE */
  feature(feature: number): Buffer | undefined {
    const sections = this.header.features.get(feature);
    return sections && Buffer.concat(sections.map((section) => wholeSection(this.file, section)));
  }

  /** The file by and by, in stretches of whole records. */
  private *stretches(): Generator<Stretch> {
    const told = (bytes: number) => {
      this.#unread = bytes;
    };
    const stream = new CompressedStream();
    for (const stretch of stretchesOf(this.file, this.header.data, this.littleEndian, told)) {
      if (!stretch.isCompressed) yield stretch;
      else yield* this.expanded(stretch, stream);
      if (this.#unread > 0) return;
    }
  }

  /** The same, with what is in compressed records behind each of them. Where that cannot be had, the rest is unread. */
  private *expanded({ view, offset, length }: Stretch, stream: CompressedStream): Generator<Stretch> {
    const little = this.littleEndian;
    let plain = 0;
    for (let at = 0; at < length; ) {
      const [type, size] = [view.getUint32(at, little), view.getUint16(at + HEADER_SIZE_OFFSET, little)];
      const piece = pieceIn(view, type, at + HEADER_BYTES, at + size, little);
      at += size;
      if (!piece) continue;
      yield part(view, plain, at, offset);
      plain = at;
      for (const records of stream.push(piece, (bytes) => wholeRecords(viewOf(bytes), little).length)) {
        if (!records) {
          this.#unread = this.header.data.offset + this.header.data.size - offset - at + size;
          return;
        }
        if (records.length > 0) yield { ...part(viewOf(records), 0, records.length, 0), offset: offset + at - size };
      }
    }
    if (length > plain) yield part(view, plain, length, offset);
  }

  close(): void {
    this.file.close();
  }
}

const viewOf = (bytes: Buffer): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.length);

/** A part of a stretch. */
const part = (view: DataView, begin: number, end: number, offset: number): Stretch => ({
  view: new DataView(view.buffer, view.byteOffset + begin, end - begin),
  offset: offset + begin,
  length: end - begin,
  isCompressed: false,
});

/** The piece of the compressed stream in a record; undefined for records of any other kind. */
function pieceIn(view: DataView, type: number, body: number, end: number, little: boolean): Uint8Array | undefined {
  const bytes = (from: number, to: number) =>
    new Uint8Array(view.buffer, view.byteOffset + from, Math.max(0, to - from));
  if (type === FileOnlyRecord.compressed) return bytes(body, end);
  if (type !== FileOnlyRecord.compressed2 || end - body < 8) return undefined;
  return bytes(body + 8, Math.min(end, body + 8 + Number(view.getBigUint64(body, little))));
}
