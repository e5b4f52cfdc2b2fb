import { assert, present } from '../base/assert';
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
  /** By event, those of clones that came later included. */
  readonly #ids: bigint[][];

  private constructor(
    private readonly file: OutputFile,
    private readonly events: readonly RecordedEvent[],
    private readonly spareIds: number,
  ) {
    this.#ids = events.map(({ ids }) => [...ids]);
    file.append([beginning(events, spareIds)]);
    this.#dataAt = file.size;
  }

  /**
   * @param events at least one
   * @param spareIds room for so many ids of clones that come later, for each event
   * @throws SyswideError OUTPUT_FAILED
   */
  static create(path: string, events: readonly RecordedEvent[], spareIds = 0): PerfDataWriter {
    assert(events.length > 0, 'a recording has events');
    const file = OutputFile.create(path);
    try {
      return new PerfDataWriter(file, events, spareIds);
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

  /**
   * Adds the ids of clones that have come since: before their first records are appended.
   * @param ids by index of their event
   * @throws SyswideError OUTPUT_FAILED
   */
  addIds(ids: readonly (readonly [event: number, id: bigint])[]): void {
    for (const [event, id] of ids) this.addId(event, id);
  }

  private addId(event: number, id: bigint): void {
    const known = present(this.#ids[event], 'an event of the file');
    const room = present(this.events[event], 'an event of the file').ids.length + this.spareIds;
    known.push(id);
    // Beyond that they are written behind the data, once it has ended.
    if (known.length > room) return;
    const idsAt = FILE_HEADER_BYTES + 8 * (this.roomBefore(event) + known.length - 1);
    this.file.patch(idsAt, new ByteWriter().u64(id).done);
    this.file.patch(this.idSection(event) + 8, new ByteWriter().u64(BigInt(known.length * 8)).done);
  }

  /** How many ids there is room for before those of an event. */
  private roomBefore(event: number): number {
    return this.events.slice(0, event).reduce((sum, { ids }) => sum + ids.length + this.spareIds, 0);
  }

  /** Where in the file it says where the ids of an event are. */
  private idSection(event: number): number {
    const size = attrSizeOf(this.events);
    return FILE_HEADER_BYTES + 8 * this.roomBefore(this.events.length) + event * (size + SECTION_BYTES) + size;
  }

  /** Moves ids for which there was no room. */
  private moveIds(): void {
    for (const [event, ids] of this.#ids.entries()) {
      const room = present(this.events[event], 'an event of the file').ids.length + this.spareIds;
      if (ids.length <= room) continue;
      const writer = new ByteWriter();
      for (const id of ids) writer.u64(id);
      const at = this.file.size;
      this.file.append([writer.done]);
      this.file.patch(this.idSection(event), new ByteWriter().u64(BigInt(at)).u64(BigInt(ids.length * 8)).done);
    }
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
    const events = this.events.map((event, i) => ({ ...event, ids: this.#ids[i] ?? event.ids }));
    const { bits, bytes } = featureSections(facts, events, this.file.size);
    this.file.append([bytes]);
    this.#finished = true;
    this.moveIds();
    this.file.patch(HeaderOffset.features, new ByteWriter().u64(bits).done);
  }

  close(): void {
    this.file.close();
  }
}

/** All that stands before the data, which has no length yet. */
function beginning(events: readonly RecordedEvent[], spareIds: number): Buffer {
  const size = attrSizeOf(events);
  const [ids, attrs] = [new ByteWriter(), new ByteWriter()];
  let idsAt = FILE_HEADER_BYTES;
  for (const event of events) {
    const length = event.ids.length * 8;
    for (const id of event.ids) ids.u64(id);
    attrs.bytes(attrOfSize(event, size)).u64(BigInt(idsAt)).u64(BigInt(length));
    ids.bytes(Buffer.alloc(spareIds * 8));
    idsAt += length + spareIds * 8;
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
