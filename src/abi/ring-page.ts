/**
 * The memory of an mmap'ed ring as records. Source: struct perf_event_mmap_page and struct perf_event_header in
 * include/uapi/linux/perf_event.h, Linux 6.18.
 *
 * ```
 *  metadata page │ data: 2ⁿ pages
 *  … data_offset │ ┄┄ read ┄┄ tail ▓▓▓ unread ▓▓▓ head ┄┄ older ┄┄
 * ```
 */

/**
 * `enum perf_event_type`, what of it is read or written here; `finishedRound` is perf's own, PERF_RECORD_FINISHED_ROUND of
 * tools/lib/perf/include/perf/event.h.
 */
export const RecordType = {
  mmap: 1,
  lost: 2,
  comm: 3,
  exit: 4,
  throttle: 5,
  fork: 7,
  sample: 9,
  mmap2: 10,
  lostSamples: 13,
  switch: 14,
  switchCpuWide: 15,
  namespaces: 16,
  ksymbol: 17,
  bpfEvent: 18,
  cgroup: 19,
  textPoke: 20,
  finishedRound: 68,
} as const;

/** One record: a header of 8 bytes and what follows it. */
export interface RawRecord {
  readonly type: number;
  readonly misc: number;
  /** What follows the header: a view of the ring, or a copy where the record wraps around its end. */
  readonly body: DataView;
}

const DATA_OFFSET = 1040;
const DATA_SIZE = 1048;
/** Bytes of struct perf_event_header: type u32, misc u16, size u16. */
export const HEADER_BYTES = 8;
/** Where in a header the size of its record is. */
export const HEADER_SIZE_OFFSET = 6;

/** The data pages of a ring: where its metadata page says they are. A view, of no more than was mapped. */
export function ringData(memory: Uint8Array): Uint8Array {
  const page = new DataView(memory.buffer, memory.byteOffset, memory.byteLength);
  const start = Number(page.getBigUint64(DATA_OFFSET, true));
  return memory.subarray(start, start + Number(page.getBigUint64(DATA_SIZE, true)));
}

/**
 * The records from `tail` to `head`, in order. Stops at a header that cannot be one, because what follows it is unknown; there are
 * none when the head is further ahead than the ring is long.
 * Views are valid until the ring's tail is advanced.
 */
export function* ringRecords(memory: Uint8Array, tail: bigint, head: bigint): Generator<RawRecord> {
  const data = ringData(memory);
  if (head - tail > data.length) return;
  for (let at = tail; head - at >= HEADER_BYTES; ) {
    const header = bytesAt(data, at, HEADER_BYTES);
    const length = header.getUint16(HEADER_SIZE_OFFSET, true);
    if (length < HEADER_BYTES || BigInt(length) > head - at) return;
    const body = bytesAt(data, at + BigInt(HEADER_BYTES), length - HEADER_BYTES);
    yield { type: header.getUint32(0, true), misc: header.getUint16(4, true), body };
    at += BigInt(length);
  }
}

/** `length` bytes from a position that counts on for ever; the ring's size is a power of two. */
function bytesAt(data: Uint8Array, position: bigint, length: number): DataView {
  const offset = Number(position & BigInt(data.length - 1));
  if (offset + length <= data.length) return new DataView(data.buffer, data.byteOffset + offset, length);
  const copy = new Uint8Array(length);
  const first = data.subarray(offset);
  copy.set(first);
  copy.set(data.subarray(0, length - first.length), first.length);
  return new DataView(copy.buffer);
}
