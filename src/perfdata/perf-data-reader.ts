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
    const { offset, size } = this.header.data;
    const end = offset + size;
    const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size));
    // Up to where everything was read, and where the next record is to begin: further on where data follow one.
    let [at, next] = [offset, offset];
    this.#unread = 0;
    while (next < end) {
      const begin = next;
      for (const record of this.recordsOf(this.file.read(begin, buffer.subarray(0, end - begin)), begin)) {
        yield record;
        at = record.offset + HEADER_BYTES + record.body.byteLength;
        next = at + this.trailing(record);
      }
      if (next <= end) at = next;
      // Not one record was whole.
      if (next === begin) break;
    }
    this.#unread = end - at;
  }

  close(): void {
    this.file.close();
  }

  /** The records that a chunk holds whole, up to one that data follow, or what is none. */
  private *recordsOf(chunk: Buffer, at: number): Generator<FileRecord> {
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const little = this.littleEndian;
    for (let begin = 0; begin + HEADER_BYTES <= chunk.length; ) {
      const size = view.getUint16(begin + HEADER_SIZE_OFFSET, little);
      if (size < HEADER_BYTES || begin + size > chunk.length) return;
      const body = new DataView(chunk.buffer, chunk.byteOffset + begin + HEADER_BYTES, size - HEADER_BYTES);
      const [type, misc] = [view.getUint32(begin, little), view.getUint16(begin + 4, little)];
      const record = { type, misc, offset: at + begin, body };
      yield record;
      if (this.trailing(record) > 0) return;
      begin += size;
    }
  }

  /** Bytes behind a record that belong to it. */
  private trailing({ type, body }: FileRecord): number {
    return type === AUXTRACE && body.byteLength >= 8 ? Number(body.getBigUint64(0, this.littleEndian)) : 0;
  }
}
