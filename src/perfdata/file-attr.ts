/** What of an event's attr readers need. */
export interface FileAttr {
  readonly type: number;
  readonly config: bigint;
  /** Events between samples, or as `isFrequency` says samples a second. */
  readonly samplePeriod: bigint;
  readonly sampleType: bigint;
  readonly readFormat: number;
  /** Samples a second rather than events between samples. */
  readonly isFrequency: boolean;
  /** Threads that are begun later are counted, too. */
  readonly isInherited: boolean;
  readonly sampleIdAll: boolean;
}

/** Where the fields are in struct perf_event_attr, and bits in its word of flags. */
const Offset = { type: 0, config: 8, samplePeriod: 16, sampleType: 24, readFormat: 32, flags: 40 } as const;
const FlagBit = { inherit: 1, freq: 10, sampleIdAll: 18 } as const;

/** @param attr as the file has it, 64 bytes at least */
export function readAttr(attr: Uint8Array, littleEndian: boolean): FileAttr {
  const view = new DataView(attr.buffer, attr.byteOffset, attr.byteLength);
  const flags = view.getBigUint64(Offset.flags, littleEndian);
  // Compilers count bit-fields from the other end on the other kind of machine.
  const has = (bit: number): boolean => ((flags >> BigInt(littleEndian ? bit : 63 - bit)) & 1n) === 1n;
  return {
    type: view.getUint32(Offset.type, littleEndian),
    config: view.getBigUint64(Offset.config, littleEndian),
    samplePeriod: view.getBigUint64(Offset.samplePeriod, littleEndian),
    sampleType: view.getBigUint64(Offset.sampleType, littleEndian),
    readFormat: Number(view.getBigUint64(Offset.readFormat, littleEndian) & 0xffn),
    isFrequency: has(FlagBit.freq),
    isInherited: has(FlagBit.inherit),
    sampleIdAll: has(FlagBit.sampleIdAll),
  };
}
