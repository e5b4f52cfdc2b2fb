import { HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { finishedRound } from '../abi/side-band';
import { assert, present } from '../base/assert';
import { SyswideError } from '../base/error';
import { ByteWriter } from './byte-writer';
import { earlyFeatures, type FeatureContent, type FinalFacts, finalFeatures, type RecordingFacts } from './features';
import { FILE_HEADER_BYTES, HeaderOffset, MAGIC, SECTION_BYTES } from './file-layout';
import { OutputFile } from './output-file';
import type { RecordWriter } from './record-writer';
import { attrOfSize, attrSizeOf, type RecordedEvent } from './recorded-event';

/** A section of the file: what a feature says. */
interface Section {
  readonly offset: number;
  readonly length: number;
}

/** What a file is made with. */
export interface WriterOptions {
  /** Room for so many ids of clones that come later, for each event. */
  readonly spareIds?: number;
}

/** Of a disk that is full: room for the table of features, without which perf does not open what has tracepoints. */
const SPARE_BYTES = 8192;

/**
 * Writes a perf.data file such that it can be read at any moment up to its last `sync`, however the writer ends. Events,
 * their ids and what is known from the beginning stand before the data. A sync puts the table of features behind the data
 * and then moves the header's length of the data on, over records that are there whole. The table that it leaves behind
 * becomes the record that ends the round:
 *
 * ```
 *  header │ ids │ attrs │ contents of features │ records │ round │ records │ round │ records │ table
 *                                                          └─ was the table ──┘
 * ```
 */
export class PerfDataWriter implements RecordWriter {
  readonly #dataAt: number;
  #synced = 0;
  #finished = false;
  #closed = false;
  /** By event, those of clones that came later included. */
  readonly #ids: bigint[][];
  readonly #sections = new Map<number, Section>();
  /** Where the table of the last sync is, and how long. */
  #table: Section | undefined;

  private constructor(
    private readonly file: OutputFile,
    private readonly events: readonly RecordedEvent[],
    facts: RecordingFacts,
    private readonly spareIds: number,
  ) {
    this.#ids = events.map(({ ids }) => [...ids]);
    const features = earlyFeatures(facts, events);
    const start = beginning(events, spareIds, features);
    // An empty round: perf takes a file without any record for a damaged one.
    file.append([start, finishedRound()]);
    this.#dataAt = start.length;
    let offset = start.length;
    for (const [feature, { length }] of [...features].reverse()) {
      offset -= length;
      this.#sections.set(feature, { offset, length });
    }
    this.sync();
  }

  /**
   * @param events at least one
   * @throws SyswideError OUTPUT_FAILED
   */
  static create(
    path: string,
    events: readonly RecordedEvent[],
    facts: RecordingFacts,
    { spareIds = 0 }: WriterOptions = {},
  ): PerfDataWriter {
    assert(events.length > 0, 'a recording has events');
    const file = OutputFile.create(path);
    try {
      return new PerfDataWriter(file, events, facts, spareIds);
    } catch (error) {
      file.close();
      throw error;
    }
  }

  /** By which it can be read for as long as this is open. */
  get openPath(): string {
    return this.file.openPath;
  }

  /** Gives the file another name; what has that is replaced. @throws SyswideError OUTPUT_FAILED */
  rename(path: string): void {
    this.file.rename(path);
  }

  /** Bytes of records so far, with those that tables became. */
  get dataSize(): number {
    return this.file.size - this.#dataAt;
  }

  /**
   * Adds whole records.
   * @param views bytes of them, cut anywhere; not kept
   * @throws SyswideError OUTPUT_FAILED; then no more of them are in the file than it had room for, and it can still be synced
   * and finished
   */
  append(views: readonly Uint8Array[]): void {
    assert(!this.#finished, 'nothing follows the features');
    this.file.appendRecords(views, SPARE_BYTES);
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

  /**
   * Makes what was appended part of what readers see: a round that is over. Where there is no room left for the table,
   * they see the records, and no features.
   * @throws SyswideError OUTPUT_FAILED
   */
  sync(): void {
    if (this.#synced === this.file.size || this.#finished) return;
    try {
      this.publish([]);
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      this.show(this.file.size, 0n);
      this.#table = undefined;
    }
    this.#synced = this.file.size;
  }

  /**
   * Ends the recording with what it says of itself.
   * @throws SyswideError OUTPUT_FAILED where there is no room for that; the records can be read all the same
   */
  finish(facts: FinalFacts): void {
    this.sync();
    const events = this.events.map((event, i) => ({ ...event, ids: this.#ids[i] ?? event.ids }));
    this.publish(finalFeatures(facts, events));
    this.#finished = true;
    this.moveIds();
  }

  /** Puts the table of features behind the records, with what more there is to say, and shows both. */
  private publish(more: readonly FeatureContent[]): void {
    const end = this.file.size;
    const known = new Set([...this.#sections.keys(), ...more.map(([feature]) => feature)]);
    const length = known.size * SECTION_BYTES;
    let offset = end + length;
    const sections = new Map(this.#sections);
    for (const [feature, content] of more) {
      sections.set(feature, { offset, length: content.length });
      offset += content.length;
    }
    this.file.append([tableOf(sections), ...more.map(([, content]) => content)]);
    this.show(
      end,
      [...known].reduce((bits, feature) => bits | (1n << BigInt(feature)), 0n),
    );
    this.#table = { offset: end, length };
  }

  /** Lets readers see records up to `end`, where a table with these features stands. One write: all of it, or nothing. */
  private show(end: number, features: bigint): void {
    if (this.#table) this.file.patch(this.#table.offset, roundOf(this.#table.length));
    const [dataSizeAt, featuresAt] = [HeaderOffset.data + 8, HeaderOffset.features];
    const between = Buffer.alloc(featuresAt - dataSizeAt - 8);
    const header = new ByteWriter()
      .u64(BigInt(end - this.#dataAt))
      .bytes(between)
      .u64(features);
    this.file.patch(dataSizeAt, header.done);
  }

  close(): void {
    if (!this.#closed) this.file.close();
    this.#closed = true;
  }
}

/** In the order of their numbers, which is how readers tell them apart. */
function tableOf(sections: ReadonlyMap<number, Section>): Buffer {
  const writer = new ByteWriter();
  for (const [, { offset, length }] of [...sections].sort(([a], [b]) => a - b)) {
    writer.u64(BigInt(offset)).u64(BigInt(length));
  }
  return writer.done;
}

/** The header of a record that says that a round is over, and covers what was a table. */
function roundOf(length: number): Buffer {
  const header = finishedRound();
  header.writeUInt16LE(length, HEADER_SIZE_OFFSET);
  return header;
}

/** All that stands before the data, which has no length yet. */
function beginning(events: readonly RecordedEvent[], spareIds: number, features: readonly FeatureContent[]): Buffer {
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
  const contents = Buffer.concat(features.map(([, content]) => content));
  u64(HeaderOffset.data, attrsAt + attrsLength + contents.length);
  return Buffer.concat([header, ids.done, attrs.done, contents]);
}
