import { ReadFormat } from './perf-event';

/** One event's part of what read(2) on a perf event gives. Times in ns. */
export interface ReadValue {
  readonly value: bigint;
  readonly timeEnabled: bigint;
  readonly timeRunning: bigint;
  /** Records that it could not write for want of room; only of an event that was asked with `lost` to tell. */
  readonly lost?: bigint;
  /** PERF_EVENT_IOC_ID; a group read is taken apart by it, because members go missing after hotplug. */
  readonly id: bigint;
}

/** What every counting event of ours is opened with, plus `group` for leaders that are read whole. */
export const COUNTING_READ_FORMAT = ReadFormat.totalTimeEnabled | ReadFormat.totalTimeRunning | ReadFormat.id;

/** Bytes of a read of an event on its own; with `lost`, 8 more. */
const LEAST_SINGLE = 4 * 8;

/** Bytes that read(2) needs for an event on its own, or for a group of `members`. */
export const singleReadSize = LEAST_SINGLE + 8;
export const groupReadSize = (members: number): number => (3 + 2 * members) * 8;

/**
 * Decodes a read with `COUNTING_READ_FORMAT`: `{ value, enabled, running, id }`, and behind it `lost` where that was added.
 * @returns undefined for 0 bytes: a pinned event that lost its place
 */
export function decodeSingleRead(bytes: Uint8Array): ReadValue | undefined {
  if (!isWholeSingle(bytes.length)) return undefined;
  const u64 = reader(bytes);
  const lost = bytes.length >= singleReadSize ? { lost: u64(4) } : {};
  return { value: u64(0), timeEnabled: u64(1), timeRunning: u64(2), id: u64(3), ...lost };
}

/** Whether so many bytes are all that a read of an event on its own gives. */
export const isWholeSingle = (bytes: number): boolean => bytes >= LEAST_SINGLE;

/** Decodes a read with `group` added: `{ nr, enabled, running, { value, id }[nr] }`, in no promised order. */
export function decodeGroupRead(bytes: Uint8Array): ReadValue[] {
  if (bytes.length < groupReadSize(0)) return [];
  const u64 = reader(bytes);
  const held = Math.floor((bytes.length - groupReadSize(0)) / 16);
  const members = Math.min(Number(u64(0)), held);
  const [timeEnabled, timeRunning] = [u64(1), u64(2)];
  const values: ReadValue[] = [];
  for (let i = 0; i < members; i += 1) {
    values.push({ value: u64(3 + 2 * i), timeEnabled, timeRunning, id: u64(4 + 2 * i) });
  }
  return values;
}

function reader(bytes: Uint8Array): (index: number) => bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (index) => view.getBigUint64(index * 8, true);
}
