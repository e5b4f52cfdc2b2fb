import type { FlameData, FlameMeta } from './flame-data';
import { MOST_BYTES, VarintReader, VarintWriter, zigzag } from './varint';

/** Columns in the order in which they stand, and how the numbers of each are written. */
const columns = [
  ['frameName', 'plain', Int32Array],
  ['frameDso', 'plain', Int32Array],
  ['frameFlags', 'plain', Int32Array],
  ['parent', 'up', Int32Array],
  ['frame', 'signed', Int32Array],
  ['time', 'delta', Float64Array],
  ['cpu', 'plain', Int32Array],
  ['thread', 'plain', Int32Array],
  ['event', 'plain', Int32Array],
  ['side', 'plain', Int32Array],
  ['node', 'plain', Int32Array],
  ['period', 'plain', Float64Array],
] as const;

interface Packed {
  readonly meta: FlameMeta;
  /** Bytes and numbers of each column. */
  readonly columns: readonly (readonly [bytes: number, count: number])[];
}

/** All of it in one piece: the length of the JSON, the JSON, the columns. */
export function pack(data: FlameData): Uint8Array {
  const written = columns.map(([name, how]) => writeColumn(data[name], how));
  const packed: Packed = {
    meta: data.meta,
    columns: columns.map(([name], i) => [written[i]?.length ?? 0, data[name].length]),
  };
  const json = new TextEncoder().encode(JSON.stringify(packed));
  const bytes = new Uint8Array(4 + json.length + written.reduce((sum, { length }) => sum + length, 0));
  new DataView(bytes.buffer).setUint32(0, json.length);
  bytes.set(json, 4);
  let at = 4 + json.length;
  for (const column of written) {
    bytes.set(column, at);
    at += column.length;
  }
  return bytes;
}

export function unpack(bytes: Uint8Array): FlameData {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const packed = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Packed;
  let at = 4 + length;
  const found: Record<string, Int32Array | Float64Array> = {};
  for (const [i, [name, how, Kind]] of columns.entries()) {
    const [size, count] = packed.columns[i] ?? [0, 0];
    found[name] = readColumn(new VarintReader(bytes, at), how, new Kind(count));
    at += size;
  }
  return { meta: packed.meta, ...found } as unknown as FlameData;
}

type How = (typeof columns)[number][1];

/** Numbers that are written at once. */
const BLOCK = 1 << 12;

function writeColumn(numbers: Int32Array | Float64Array, how: How): Uint8Array {
  // Most numbers have one byte, or nearly all have two.
  const writer = new VarintWriter(numbers.length * 2 + BLOCK * MOST_BYTES);
  const block = new Float64Array(BLOCK);
  for (let from = 0; from < numbers.length; from += BLOCK) {
    const count = Math.min(BLOCK, numbers.length - from);
    if (how === 'plain') block.set(numbers.subarray(from, from + count));
    else fill(block, numbers, how, from, count);
    writer.unsigned(block, count);
  }
  return writer.bytes;
}

/** What of numbers is written, other than themselves. */
function fill(block: Float64Array, numbers: Int32Array | Float64Array, how: How, from: number, count: number): void {
  let before = numbers[from - 1] ?? 0;
  for (let i = 0; i < count; i += 1) {
    const number = numbers[from + i] ?? 0;
    if (how === 'up') block[i] = from + i - number;
    else block[i] = zigzag(how === 'signed' ? number : number - before);
    before = number;
  }
}

function readColumn<T extends Int32Array | Float64Array>(reader: VarintReader, how: How, into: T): T {
  let before = 0;
  for (let i = 0; i < into.length; i += 1) {
    if (how === 'plain') before = reader.unsigned();
    else if (how === 'up') before = i - reader.unsigned();
    else if (how === 'signed') before = reader.signed();
    else before += reader.signed();
    into[i] = before;
  }
  return into;
}
