import { assert } from '../base/assert';
import { ByteWriter } from './byte-writer';
import { featureSections, type RecordingFacts } from './features';
import { FILE_HEADER_BYTES, HeaderOffset, MAGIC, SECTION_BYTES } from './file-layout';
import { OutputFile } from './output-file';
import { attrOfSize, attrSizeOf, type RecordedEvent } from './recorded-event';

/**
 * Writes a perf.data file such that it can be read at any moment up to its last `sync`, however the writer ends: events
 * and their ids stand before the data, and the header's length of the data is moved on only over records that are there
 * whole. Feature sections follow at the end.
 */
export class PerfDataWriter {
  readonly #dataAt: number;
  #synced = 0;
  #finished = false;

  private constructor(
    private readonly file: OutputFile,
    private readonly events: readonly RecordedEvent[],
  ) {
    file.append([beginning(events)]);
    this.#dataAt = file.size;
  }

  /**
   * @param events at least one
   * @throws SyswideError OUTPUT_FAILED
   */
  static create(path: string, events: readonly RecordedEvent[]): PerfDataWriter {
    assert(events.length > 0, 'a recording has events');
    const file = OutputFile.create(path);
    try {
      return new PerfDataWriter(file, events);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** Bytes of records so far. */
  get dataSize(): number {
    return this.file.size - this.#dataAt;
  }

  /**
   * Adds whole records.
   * @param views bytes of them, cut anywhere; not kept
   * @throws SyswideError OUTPUT_FAILED; then none of them are in the file, which can still be synced and finished
   */
  append(views: readonly Uint8Array[]): void {
    assert(!this.#finished, 'nothing follows the features');
    this.file.append(views);
  }

  /** Makes what was appended part of what readers see. @throws SyswideError OUTPUT_FAILED */
  sync(): void {
    if (this.#synced === this.dataSize || this.#finished) return;
    this.#synced = this.dataSize;
    this.file.patch(HeaderOffset.data + 8, new ByteWriter().u64(BigInt(this.#synced)).done);
  }

  /**
   * Ends the recording with what it says of itself.
   * @throws SyswideError OUTPUT_FAILED where there is no room for that; the records can be read all the same
   */
  finish(facts: RecordingFacts): void {
    this.sync();
    const { bits, bytes } = featureSections(facts, this.events, this.file.size);
    this.file.append([bytes]);
    this.#finished = true;
    this.file.patch(HeaderOffset.features, new ByteWriter().u64(bits).done);
  }

  close(): void {
    this.file.close();
  }
}

/** All that stands before the data, which has no length yet. */
function beginning(events: readonly RecordedEvent[]): Buffer {
  const size = attrSizeOf(events);
  const [ids, attrs] = [new ByteWriter(), new ByteWriter()];
  let idsAt = FILE_HEADER_BYTES;
  for (const event of events) {
    const length = event.ids.length * 8;
    for (const id of event.ids) ids.u64(id);
    attrs.bytes(attrOfSize(event, size)).u64(BigInt(idsAt)).u64(BigInt(length));
    idsAt += length;
  }
  const attrsAt = idsAt;
  const attrsLength = events.length * (size + SECTION_BYTES);
  const header = Buffer.alloc(FILE_HEADER_BYTES);
  const u64 = (offset: number, value: bigint | number) => header.writeBigUInt64LE(BigInt(value), offset);
  u64(HeaderOffset.magic, MAGIC);
  u64(HeaderOffset.size, FILE_HEADER_BYTES);
  u64(HeaderOffset.attrSize, size + SECTION_BYTES);
  u64(HeaderOffset.attrs, attrsAt);
  u64(HeaderOffset.attrs + 8, attrsLength);
  u64(HeaderOffset.data, attrsAt + attrsLength);
  return Buffer.concat([header, ids.done, attrs.done]);
}
