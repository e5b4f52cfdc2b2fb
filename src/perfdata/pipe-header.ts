import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import type { FileEvent, FileHeader, FileSection } from './file-header';
import { Feature, PIPE_HEADER_BYTES } from './file-layout';
import { EventUpdate, FileOnlyRecord } from './file-only-record';
import { badFile, type InputFile } from './input-file';
import { PipeEvents } from './pipe-events';
import { stretchesOf } from './stretches';

/** Of an event update before what it tells: which that is, and the id of the event. */
const UPDATE_BYTES = 16;

/** Bytes of an attr up to and with its own length, a u32. */
const ATTR_SIZE_AT = 4;

/**
 * What a piped recording says of itself: in records among the others.
 * @throws SyswideError BAD_FILE where there are no events in it
 */
export function readPipeHeader(file: InputFile, littleEndian: boolean): FileHeader {
  const data = { offset: PIPE_HEADER_BYTES, size: file.size - PIPE_HEADER_BYTES };
  const header = new HeaderRecords(file.size, littleEndian);
  let unread = 0;
  const told = (bytes: number) => {
    unread = bytes;
  };
  for (const { view, offset, length } of stretchesOf(file, data, littleEndian, told)) {
    for (let at = 0; at < length; ) {
      const end = at + view.getUint16(at + HEADER_SIZE_OFFSET, littleEndian);
      header.record(view, at, end, offset);
      at = end;
    }
  }
  const { features } = header;
  const events = header.events.all;
  if (events.length === 0) throw badFile(file.path, 'it has no events', 'it is cut off: record it again');
  return {
    ...{ littleEndian, isPiped: true, events, data, features },
    ...(unread > 0 ? { recovered: 'the file was cut off' } : {}),
  };
}

/** Picks the records that are a header. */
class HeaderRecords {
  readonly events = new PipeEvents();
  readonly features = new Map<number, FileSection[]>();

  constructor(
    private readonly fileSize: number,
    private readonly littleEndian: boolean,
  ) {}

  /** One that begins at `at` in `view` and ends at `end`; the view begins at `offset` in the file. */
  record(view: DataView, at: number, end: number, offset: number): void {
    const body = at + HEADER_BYTES;
    switch (view.getUint32(at, this.littleEndian)) {
      case FileOnlyRecord.attr:
        // One with more ids comes once the recording has told of itself.
        for (const event of eventIn(view, body, end, this.littleEndian)) this.events.add(event, this.features.size > 0);
        break;
      case FileOnlyRecord.eventUpdate:
        this.rename(view, body, end);
        break;
      case FileOnlyRecord.feature:
        if (end - body < 8) break;
        this.add(Number(view.getBigUint64(body, this.littleEndian)), offset + body + 8, end - body - 8);
        break;
      case FileOnlyRecord.buildId:
        this.add(Feature.buildId, offset + at, end - at);
        break;
      case FileOnlyRecord.tracingData: {
        if (end - body < 4) break;
        const left = Math.max(0, this.fileSize - offset - end);
        this.add(Feature.tracingData, offset + end, Math.min(view.getUint32(body, this.littleEndian), left));
        break;
      }
    }
  }

  private rename(view: DataView, body: number, end: number): void {
    if (end - body < UPDATE_BYTES || view.getBigUint64(body, this.littleEndian) !== EventUpdate.name) return;
    const id = view.getBigUint64(body + 8, this.littleEndian);
    const text = Buffer.from(view.buffer, view.byteOffset + body + UPDATE_BYTES, end - body - UPDATE_BYTES).toString();
    this.events.rename(id, text.split('\0', 1).join());
  }

  private add(feature: number, offset: number, size: number): void {
    const sections = this.features.get(feature) ?? [];
    this.features.set(feature, sections);
    sections.push({ offset, size });
  }
}

function eventIn(view: DataView, body: number, end: number, littleEndian: boolean): FileEvent[] {
  if (end - body < ATTR_SIZE_AT + 4) return [];
  const attrBytes = view.getUint32(body + ATTR_SIZE_AT, littleEndian);
  if (attrBytes < 64 || attrBytes > end - body) return [];
  const ids: bigint[] = [];
  for (let at = body + attrBytes; at + 8 <= end; at += 8) ids.push(view.getBigUint64(at, littleEndian));
  const attr = Buffer.from(new Uint8Array(view.buffer, view.byteOffset + body, attrBytes));
  return [{ attr, ids }];
}
