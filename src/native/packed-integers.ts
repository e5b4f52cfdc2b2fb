import { scratch } from './foreign-library';

/** An int32_t array. */
export function packInt32(values: readonly number[]): Buffer {
  const packed = scratch(values.length * 4);
  values.forEach((value, i) => {
    packed.writeInt32LE(value, i * 4);
  });
  return packed;
}

/** The elements of an int32_t array. */
export function unpackInt32(packed: Buffer): number[] {
  return Array.from({ length: packed.length / 4 }, (_, i) => packed.readInt32LE(i * 4));
}

/** A uint64_t array. @throws RangeError for a value below 0 or above 2^64 - 1 */
export function packUint64(values: readonly bigint[]): Buffer {
  const packed = scratch(values.length * 8);
  values.forEach((value, i) => {
    packed.writeBigUInt64LE(value, i * 8);
  });
  return packed;
}

/** The elements of a uint64_t array. */
export function unpackUint64(packed: Buffer): bigint[] {
  return Array.from({ length: packed.length / 8 }, (_, i) => packed.readBigUInt64LE(i * 8));
}
