import type { Random } from './random';

/** What lengths, counts and offsets are set to: the ends of each width, and what overflows when it is added to. */
const extremes: readonly bigint[] = [
  ...[0n, 1n, 7n, 8n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0x8000n, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn],
  ...[1n << 52n, (1n << 53n) + 1n, (1n << 63n) - 1n, 1n << 63n, (1n << 64n) - 8n, (1n << 64n) - 1n],
];

type Change = (random: Random, bytes: Buffer, seeds: readonly Buffer[]) => Buffer;

const flipBit: Change = (random, bytes) => {
  const at = random.below(bytes.length);
  bytes.writeUInt8((bytes[at] ?? 0) ^ (1 << random.below(8)), at);
  return bytes;
};

const setByte: Change = (random, bytes) => {
  bytes.writeUInt8(random.below(256), random.below(bytes.length));
  return bytes;
};

/** A number of 2, 4 or 8 bytes, aligned as most are, at one of its ends. */
const setNumber: Change = (random, bytes) => {
  const width = random.one([2, 4, 8]);
  const at = random.below(Math.max(1, bytes.length - width)) & -width;
  const number = Buffer.alloc(8);
  number.writeBigUInt64LE(random.one(extremes));
  number.copy(bytes, at, 0, width);
  return bytes;
};

const stretchOf = (random: Random, bytes: Buffer): Buffer => {
  const from = random.below(bytes.length);
  return bytes.subarray(from, from + 1 + random.below(Math.min(256, bytes.length - from)));
};

const copyChunk: Change = (random, bytes) => {
  Buffer.from(stretchOf(random, bytes)).copy(bytes, random.below(bytes.length));
  return bytes;
};

const insertChunk: Change = (random, bytes) => {
  const at = random.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), stretchOf(random, bytes), bytes.subarray(at)]);
};

const removeChunk: Change = (random, bytes) => {
  const at = random.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.below(64))]);
};

const truncate: Change = (random, bytes) => bytes.subarray(0, random.below(bytes.length));

const splice: Change = (random, bytes, seeds) => {
  const other = random.one(seeds);
  return Buffer.concat([bytes.subarray(0, random.below(bytes.length)), other.subarray(random.below(other.length))]);
};

/** What happens most often comes most often. */
const changes: readonly Change[] = [
  ...[flipBit, flipBit, setByte, setByte, setNumber, setNumber, setNumber],
  ...[copyChunk, insertChunk, removeChunk, truncate, splice],
];

/** One of the seeds with one to six things wrong with it. */
export function mutation(random: Random, seeds: readonly Buffer[]): Buffer {
  let bytes = Buffer.from(random.one(seeds));
  for (let left = 1 + random.below(6); left > 0 && bytes.length > 0; left -= 1) {
    bytes = random.one(changes)(random, bytes, seeds) as typeof bytes;
  }
  return bytes;
}
