import { type SampleOffsets, sampleOffsets } from '../abi/sample-offsets';
import { readAttr } from '../perfdata/file-attr';
import type { PerfDataReader } from '../perfdata/perf-data-reader';
import { eventNamesOf } from '../perfdata/recorded-facts';
import { type UserStackFormat, userStackFormat } from './user-stack-format';

/** An event of a recording, as its samples are read. */
export interface RecordedEvent {
  readonly name: string;
  readonly type: number;
  readonly config: bigint;
  readonly sampleType: bigint;
  /** Events that a sample stands for which does not tell. */
  readonly samplePeriod: number;
  readonly readFormat: number;
  /** Whether threads that were begun later have events of their own. */
  readonly isInherited: boolean;
  readonly offsets: SampleOffsets;
  readonly sampleIdAll: boolean;
  /** Absent where samples have no copy of the user's stack, or one of another machine than x86-64. */
  readonly userStack?: UserStackFormat;
  /** `struct perf_event_attr` in the file's byte order, as long as its writer knew it. */
  readonly attr: Uint8Array;
}

/** The events of a recording, and which one a sample is of. */
export class RecordedEvents {
  readonly #byId = new Map<number, number>();
  readonly #ids = new Map<bigint, number>();
  #lastId = Number.NaN;
  #lastIndex = -1;

  private constructor(readonly all: readonly RecordedEvent[]) {}

  /** @param arch the machine's, as uname(2) has it; undefined where that is not told */
  static of(reader: PerfDataReader, arch = 'x86_64'): RecordedEvents {
    const names = eventNamesOf(reader);
    const events = new RecordedEvents(
      reader.events.map(({ attr }, i) => {
        const { samplePeriod, ...facts } = readAttr(attr, reader.littleEndian);
        const { type, config, sampleType, readFormat, sampleIdAll, isInherited } = facts;
        const userStack = arch === 'x86_64' ? userStackFormat(attr, sampleType, reader.littleEndian) : undefined;
        const name = names[i] ?? `event ${type}:0x${config.toString(16)}`;
        return {
          ...{
            name,
            type,
            config,
            sampleType,
            readFormat,
            offsets: sampleOffsets(sampleType),
            sampleIdAll,
            isInherited,
            attr,
          },
          ...(userStack ? { userStack } : {}),
          samplePeriod: Number(samplePeriod),
        };
      }),
    );
    for (const [i, { ids }] of reader.events.entries()) for (const id of ids) events.add(id, i);
    return events;
  }

  private add(id: bigint, index: number): void {
    this.#byId.set(Number(id), index);
    this.#ids.set(id, index);
  }

  /** The index of the event of each id. */
  get ids(): ReadonlyMap<bigint, number> {
    return this.#ids;
  }

  /** Those of one name and attr count as one: in pipes, ids that come later are told with the whole event. */
  get first(): RecordedEvent {
    const [first] = this.all;
    if (!first) throw new Error('a recording has events');
    return first;
  }

  /** The index of the event of an id; -1 for an id of none. The id of a file with one event may be missing. */
  indexOf(id: number): number {
    // Those of a CPU come one after the other.
    if (id !== this.#lastId) {
      this.#lastId = id;
      this.#lastIndex = this.#byId.get(id) ?? (this.all.length === 1 ? 0 : -1);
    }
    return this.#lastIndex;
  }
}
