import { ATTR_SIZE, type EncodedAttr } from '../abi/attr';

/** An event of a recording. */
export interface RecordedEvent {
  /** As the user wrote it. */
  readonly name: string;
  readonly attr: EncodedAttr;
  /** PERF_EVENT_IOC_ID of each of its clones: how samples say which event they are of. */
  readonly ids: readonly bigint[];
  /** Index of the event that leads its group, its own for a leader; absent outside of groups. */
  readonly leader?: number;
}

/** PERF_ATTR_SIZE_VER7: without config3, which came with Linux 6.3. */
const SIZE_BEFORE_CONFIG3 = 128;

/**
 * How long the attrs of a file are: as short as they can be, because perf refuses those that are longer than it knows.
 * All of them, since a file has one length for all.
 */
export function attrSizeOf(events: readonly RecordedEvent[]): number {
  const usesLast = events.some(({ attr }) => attr.subarray(SIZE_BEFORE_CONFIG3).some((byte) => byte !== 0));
  return usesLast ? ATTR_SIZE : SIZE_BEFORE_CONFIG3;
}

/** Where in an attr its own length is: a u32. */
const ATTR_SIZE_OFFSET = 4;

/** An attr of that length, which also stands in it. */
export function attrOfSize({ attr }: RecordedEvent, size: number): Buffer {
  const bytes = Buffer.from(attr.subarray(0, size));
  bytes.writeUInt32LE(size, ATTR_SIZE_OFFSET);
  return bytes;
}
