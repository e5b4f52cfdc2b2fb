import { writevSync } from 'node:fs';
import { HEADER_BYTES, HEADER_SIZE_OFFSET } from '../abi/ring-page';
import { finishedRound } from '../abi/side-band';
import { assert, present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import { buildIdRecord } from './build-ids';
import { ByteWriter } from './byte-writer';
import { earlyFeatures, type FinalFacts, type RecordingFacts } from './features';
import { Feature, MAGIC, PIPE_HEADER_BYTES } from './file-layout';
import { EventUpdate, FileOnlyRecord } from './file-only-record';
import type { RecordWriter } from './record-writer';
import { attrOfSize, attrSizeOf, type RecordedEvent } from './recorded-event';
import { remaining } from './remaining';

/** A record's length has 16 bits; so many ids of an event are told at once. */
const IDS_PER_RECORD = 4000;

/** What of a feature fits into a record: many events have names too long for it, and are named one by one. */
const MOST_CONTENT = 0xffff - HEADER_BYTES - 8;

/** writev(2) takes no more at once: IOV_MAX of Linux. */
const MOST_VIEWS = 1024;

/**
 * Writes a recording into a pipe, or whatever else can only be written on and on: nothing is said before it is known, and
 * nothing can be mended. The descriptor stays the caller's.
 *
 * ```
 *  16 bytes │ attr, with ids: one for each event │ features │ layout of tracepoints │ records … │ build-ids
 * ```
 *
 * Source: tools/perf/Documentation/perf.data-file-format.txt, "Pipe-mode data", and perf_event__synthesize_for_pipe() in
 * tools/perf/util/synthetic-events.c, Linux 6.18.
 */
export class PipeWriter implements RecordWriter {
  #written = 0;
  /** How much of that was there at the last sync. */
  #synced = 0;
  readonly #attrSize: number;

  /** @throws SyswideError OUTPUT_FAILED */
  constructor(
    private readonly fd: Fd,
    private readonly events: readonly RecordedEvent[],
    facts: RecordingFacts,
  ) {
    assert(events.length > 0, 'a recording has events');
    this.#attrSize = attrSizeOf(events);
    const header = new ByteWriter().u64(MAGIC).u64(BigInt(PIPE_HEADER_BYTES)).done;
    // Ids are told by the attrs.
    const withoutIds = events.map((event) => ({ ...event, ids: [] }));
    const features = earlyFeatures(facts, withoutIds).filter(
      ([feature, content]) => feature !== Feature.tracingData && content.length <= MOST_CONTENT,
    );
    const hasNames = features.some(([feature]) => feature === Feature.eventDescription);
    this.append([
      header,
      ...events.map((event) => this.attrRecord(event, event.ids.slice(0, IDS_PER_RECORD))),
      ...features.map(([feature, content]) =>
        record(FileOnlyRecord.feature, [new ByteWriter().u64(BigInt(feature)).done, content]),
      ),
      ...(hasNames ? [] : events.flatMap(({ ids: [id], name }) => (id === undefined ? [] : [nameRecord(id, name)]))),
      ...events.flatMap((event) => this.moreIds(event, event.ids.slice(IDS_PER_RECORD))),
      ...(facts.tracingData ? tracingDataRecord(facts.tracingData) : []),
    ]);
    this.#written = 0;
  }

  get dataSize(): number {
    return this.#written;
  }

  append(views: readonly Uint8Array[]): void {
    for (let i = 0; i < views.length; i += MOST_VIEWS) this.appendSome(views.slice(i, i + MOST_VIEWS));
  }

  addIds(ids: readonly (readonly [event: number, id: bigint])[]): void {
    this.append(ids.flatMap(([event, id]) => this.moreIds(present(this.events[event], 'an event of ours'), [id])));
  }

  /** What was written is out of our hands. */
  sync(): void {
    if (this.#synced === this.#written) return;
    this.append([finishedRound()]);
    this.#synced = this.#written;
  }

  finish({ builds = [] }: FinalFacts): void {
    this.append(builds.map(buildIdRecord));
  }

  close(): void {}

  private attrRecord(event: RecordedEvent, ids: readonly bigint[]): Buffer {
    const writer = new ByteWriter();
    for (const id of ids) writer.u64(id);
    return record(FileOnlyRecord.attr, [attrOfSize(event, this.#attrSize), writer.done]);
  }

  /** There is no record that adds ids to an event: perf takes it for one more of that name, a tracepoint without its fields. */
  private moreIds(event: RecordedEvent, ids: readonly bigint[]): Buffer[] {
    const records: Buffer[] = [];
    for (let i = 0; i < ids.length; i += IDS_PER_RECORD) {
      records.push(this.attrRecord(event, ids.slice(i, i + IDS_PER_RECORD)), nameRecord(ids[i] ?? 0n, event.name));
    }
    return records;
  }

  /** A reader that is slow is waited for: what the kernel has no room for meanwhile, it counts as lost. */
  private appendSome(views: readonly Uint8Array[]): void {
    for (let left = views.filter(({ length }) => length > 0); left.length > 0; ) {
      const written = this.write(left);
      this.#written += written;
      left = remaining(left, written);
    }
  }

  private write(views: readonly Uint8Array[]): number {
    try {
      return writevSync(this.fd, views);
    } catch (cause) {
      const { code, message } = cause as NodeJS.ErrnoException;
      if (code === 'EAGAIN') {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
        return 0;
      }
      throw new SyswideError('OUTPUT_FAILED', {
        what: 'cannot write the recording to standard output',
        why: code === 'EPIPE' ? 'whoever read it has ended (EPIPE)' : message,
        remedy: 'check the command behind the pipe, or write a file with -o FILE',
        cause,
      });
    }
  }
}

/** The name of the event of an id. */
function nameRecord(id: bigint, name: string): Buffer {
  const text = Buffer.from(`${name}\0`);
  const padding = Buffer.alloc(-text.length & 7);
  return record(FileOnlyRecord.eventUpdate, [new ByteWriter().u64(EventUpdate.name).u64(id).done, text, padding]);
}

/** The record, and what follows it, up to a multiple of 8 bytes. */
function tracingDataRecord(data: Buffer): Buffer[] {
  const padding = Buffer.alloc(-data.length & 7);
  const size = new ByteWriter().u32(data.length + padding.length).done;
  return [record(FileOnlyRecord.tracingData, [size]), data, padding];
}

function record(type: number, parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(HEADER_BYTES), ...parts]);
  bytes.writeUInt32LE(type, 0);
  bytes.writeUInt16LE(bytes.length, HEADER_SIZE_OFFSET);
  return bytes;
}
