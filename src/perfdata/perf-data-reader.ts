import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { type FileEvent, type FileHeader, readHeader } from './file-header';
import { InputFile } from './input-file';

/** A record of a file. */
export interface FileRecord {
  readonly type: number;
  readonly misc: number;
  /** Where in the file it begins. */
  readonly offset: number;
  /** What follows the header, in the file's byte order: a view, valid until the next record is asked for. */
  readonly body: DataView;
}

/** Whole records, one behind the other, from `offset` in the file on. */
interface Stretch {
  readonly view: DataView;
  readonly offset: number;
  /** Of them, in bytes; the view may be longer. */
  readonly length: number;
}

/** How much is read at once; the longest record is 64 KiB. */
const CHUNK_BYTES = 1 << 20;

/** PERF_RECORD_AUXTRACE of tools/lib/perf/include/perf/event.h: trace data of a length it tells follow the record. */
const AUXTRACE = 71;

/**
 * Reads a perf.data file, in either byte order, from beginning to end, in memory that does not depend on its length. It
 * may come from anybody: what cannot be read is told, never guessed.
 */
export class PerfDataReader {
  #unread = 0;

  private constructor(
    private readonly file: InputFile,
    private readonly header: FileHeader,
  ) {}

  /** @throws SyswideError BAD_FILE */
  static open(path: string): PerfDataReader {
    const file = InputFile.open(path);
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
   * @param visit given its type, and where its body begins in `view`, and ends; `view` is valid until it returns
   */
  scan(visit: (type: number, view: DataView, begin: number, end: number) => void): void {
    const little = this.littleEndian;
    for (const { view, length } of this.stretches()) {
      for (let at = 0; at < length; ) {
        const size = view.getUint16(at + HEADER_SIZE_OFFSET, little);
        visit(view.getUint32(at, little), view, at + HEADER_BYTES, at + size);
        at += size;
      }
    }
  }

  /** The file by and by, in stretches of whole records. */
  private *stretches(): Generator<Stretch> {
    const { offset, size } = this.header.data;
    const end = offset + size;
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size));
    // Up to where everything was read, and where the next record is to begin: further on where data follow one.
    let [at, next] = [offset, offset];
    this.#unread = 0;
    while (next < end) {
      const begin = next;
      const chunk = this.file.read(begin, buffer.subarray(0, end - begin));
      const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
      const { length, trailing } = this.wholeRecords(view);
      if (length > 0) yield { view, offset: begin, length };
      next = begin + length + trailing;
      at = next <= end ? next : begin + length;
      // Not one record was whole.
      if (next === begin) break;
    }
    this.#unread = end - at;
  }

  /** How far whole records go in a chunk, or one that data follow: how many bytes of them. */
  private wholeRecords(view: DataView): { length: number; trailing: number } {
    const little = this.littleEndian;
    let at = 0;
    while (at + HEADER_BYTES <= view.byteLength) {
      const size = view.getUint16(at + HEADER_SIZE_OFFSET, little);
      if (size < HEADER_BYTES || at + size > view.byteLength) break;
      const isFollowed = view.getUint32(at, little) === AUXTRACE && size >= HEADER_BYTES + 8;
      at += size;
      if (isFollowed) return { length: at, trailing: Number(view.getBigUint64(at - size + HEADER_BYTES, little)) };
    }
    return { length: at, trailing: 0 };
  }

  close(): void {
    this.file.close();
  }
}
