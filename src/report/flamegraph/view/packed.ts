import { type FlameData, type FlameMeta, type FlameModel, withSides } from './flame-data';
import { VarintReader } from './varint';

/**
 * Columns in the order in which they stand, and how the numbers of each are written: see `VarintWay`. Samples of a CPU, and of a
 * thread, mostly stand one behind the other.
 */
export const columns = [
  ['frameName', 'plain', Int32Array],
  ['frameDso', 'plain', Int32Array],
  ['frameFlags', 'plain', Int32Array],
  ['parent', 'up', Int32Array],
  ['frame', 'signed', Int32Array],
  ['time', 'delta', Float64Array],
  ['cpu', 'runs', Int32Array],
  ['thread', 'runs', Int32Array],
  ['event', 'runs', Int32Array],
  ['node', 'plain', Int32Array],
  ['period', 'runs', Float64Array],
] as const;

/** What stands in front of the columns, as JSON. */
export interface Packed {
  readonly meta: FlameMeta;
  /** Bytes and numbers of each column. */
  readonly columns: readonly (readonly [bytes: number, count: number])[];
}

/** Takes apart what `pack` has put together: the length of the JSON, the JSON, the columns. */
export function unpack(bytes: Uint8Array): FlameData {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  const packed = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length))) as Packed;
  let at = 4 + length;
  const found: Record<string, Int32Array | Float64Array> = {};
  for (const [i, [name, how, Kind]] of columns.entries()) {
    const [size, count] = packed.columns[i] ?? [0, 0];
    const reader = new VarintReader(bytes, at);
    found[name] = how === 'runs' ? readRuns(reader, new Kind(count)) : readColumn(reader, how, new Kind(count));
    at += size;
  }
  return withSides({ meta: packed.meta, ...found } as unknown as FlameModel);
}

type How = (typeof columns)[number][1];

function readRuns<T extends Int32Array | Float64Array>(reader: VarintReader, into: T): T {
  for (let at = 0; at < into.length; ) {
    const number = reader.unsigned();
    const end = at + 1 + reader.unsigned();
    into.fill(number, at, end);
    at = end;
  }
  return into;
}

function readColumn<T extends Int32Array | Float64Array>(reader: VarintReader, how: Exclude<How, 'runs'>, into: T): T {
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
