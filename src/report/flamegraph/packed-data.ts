import { varints } from '../../native/varints';
import type { FlameData } from './view/flame-data';
import { columns, type Packed } from './view/packed';

/** All of it in one piece, as `unpack` takes it apart on the page. */
export function pack(data: FlameData): Buffer {
  const written = columns.map(([name, way]) => varints(data[name], way));
  const packed: Packed = {
    meta: data.meta,
    columns: columns.map(([name], i) => [written[i]?.length ?? 0, data[name].length]),
  };
  const json = Buffer.from(JSON.stringify(packed));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(json.length);
  return Buffer.concat([head, json, ...written]);
}
