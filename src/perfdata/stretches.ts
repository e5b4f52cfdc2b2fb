import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import type { FileSection } from './file-header';
import { FileOnlyRecord } from './file-only-record';
import type { InputFile } from './input-file';

/** Whole records, one behind the other, from `offset` in the file on. */
export interface Stretch {
  readonly view: DataView;
  readonly offset: number;
  /** Of them, in bytes; the view may be longer. */
  readonly length: number;
  /** Whether there are compressed ones among them. */
  readonly isCompressed: boolean;
}

/** How much is read at once; the longest record is 64 KiB. */
const CHUNK_BYTES = 1 << 20;

/**
 * The records of a file as they stand in it, in memory that does not depend on its length.
 * @param onUnread given how many bytes at the end are no whole record
 * @returns stretches of them; each is valid until the next one is asked for
 */
export function* stretchesOf(
  file: InputFile,
  { offset, size }: FileSection,
  littleEndian: boolean,
  onUnread: (bytes: number) => void = () => {},
): Generator<Stretch> {
  const end = offset + size;
  const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, size));
  // Up to where everything was read, and where the next record is to begin: further on where data follow one.
  let [at, next] = [offset, offset];
  onUnread(0);
  while (next < end) {
    const begin = next;
    const chunk = file.read(begin, buffer.subarray(0, end - begin));
    const view = new DataView(chunk.buffer, chunk.byteOffset, chunk.length);
    const { length, trailing, isCompressed } = wholeRecords(view, littleEndian);
    if (length > 0) yield { view, offset: begin, length, isCompressed };
    next = begin + length + trailing;
    at = next <= end ? next : begin + length;
    // Not one record was whole.
    if (next === begin) break;
  }
  // A record whose data are missing is not whole, also where nothing of them is there.
  onUnread(next > end ? Math.max(end - at, HEADER_BYTES) : end - at);
}

/** How far whole records go in a chunk, or one that data follow: how many bytes of them. */
export function wholeRecords(
  view: DataView,
  littleEndian: boolean,
): { readonly length: number; readonly trailing: number; readonly isCompressed: boolean } {
  const bytes = view.byteLength;
  let at = 0;
  let isCompressed = false;
  while (at + HEADER_BYTES <= bytes) {
    const size = view.getUint16(at + HEADER_SIZE_OFFSET, littleEndian);
    if (size < HEADER_BYTES || at + size > bytes) break;
    const type = view.getUint32(at, littleEndian);
    if (type < FileOnlyRecord.first) {
      at += size;
      continue;
    }
    const body = at + HEADER_BYTES;
    at += size;
    if (type === FileOnlyRecord.auxtrace && size >= HEADER_BYTES + 8) {
      return { length: at, trailing: Number(view.getBigUint64(body, littleEndian)), isCompressed };
    }
    if (type === FileOnlyRecord.tracingData && size >= HEADER_BYTES + 4) {
      return { length: at, trailing: view.getUint32(body, littleEndian), isCompressed };
    }
    isCompressed ||= type === FileOnlyRecord.compressed || type === FileOnlyRecord.compressed2;
  }
  return { length: at, trailing: 0, isCompressed };
}
