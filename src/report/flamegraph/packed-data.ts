import { VarintWriter } from '../../native/varints';
import type { FlameModel } from './view/flame-data';
import { columns, type Packed } from './view/packed';

/** The length of the JSON has so many bytes. */
const LENGTH = 4;

/** Room in the JSON for what is told of columns. */
const COLUMNS_JSON = columns.length * 32;

/** Bytes that numbers have on average, at most; few have more. */
const USUAL_BYTES = 4;

/** All of it in one piece, as `unpack` takes it apart on the page. */
export function pack(data: FlameModel): Buffer {
  const meta = JSON.stringify(data.meta);
  const free = LENGTH + Buffer.byteLength(meta) + COLUMNS_JSON;
  const count = columns.reduce((sum, [name, way]) => sum + (way === 'runs' ? 0 : data[name].length), 0);
  const writer = new VarintWriter(free, (count + 1) * USUAL_BYTES);
  const told: Packed['columns'] = columns.map(([name, way]) => [writer.add(data[name], way), data[name].length]);
  const json = `{"meta":${meta},"columns":${JSON.stringify(told)}}`;
  const { bytes } = writer;
  const start = free - LENGTH - Buffer.byteLength(json);
  bytes.writeUInt32BE(bytes.write(json, start + LENGTH), start);
  return bytes.subarray(start);
}
