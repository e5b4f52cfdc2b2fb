import { RecordType } from '../../abi/ring-page';
import type { Names } from '../../profile/names';
import { Numbering } from '../../profile/numbering';
import { PagedColumn } from '../../profile/paged-column';
import type { RecordTrailer } from '../../profile/record-trailer';
import type { OtherRecord, OtherRecords } from '../../profile/recording';
import type { Timeline } from '../../profile/timeline';
import { commOf, threadOf } from '../../report/script/record-text';

/** What is asked for of records that are no samples. */
export interface OtherRequest {
  /** Types of those that are told of. */
  readonly types: ReadonlySet<number>;
  /** Those of other CPUs are left out, as perf does it; it knows of no other filter here. */
  readonly cpus: ReadonlySet<number> | undefined;
}

/** Tells of records, each with the number of the name of its thread. */
export function otherRecords(
  { types, cpus }: OtherRequest,
  timeline: Timeline,
  comms: Names,
  tell: (trailer: RecordTrailer, record: OtherRecord, comm: number) => void,
): OtherRecords {
  const beginning = new BeginningNames(comms);
  return {
    // Without any, nobody asks for names.
    types: types.size === 0 ? types : new Set([...types, RecordType.comm, RecordType.fork]),
    visit: (trailer, record) => {
      const { tid } = threadOf(record, trailer);
      const isBeginning = trailer.time === 0;
      if (isBeginning) beginning.take(record);
      if (!types.has(record.type) || (cpus && !cpus.has(trailer.cpu))) return;
      tell(trailer, record, isBeginning ? beginning.nameOf(tid) : timeline.commAt(tid, trailer.time));
    },
  };
}

/**
 * Names of threads while a recording tells of what ran before it: those records have no time, and one name comes after another
 * in the order in which they stand.
 */
class BeginningNames {
  /** By thread the number of its name: a row each, as a file may tell of nothing else. */
  readonly #tids = new Numbering();
  readonly #names = new PagedColumn(Int32Array);

  constructor(private readonly comms: Names) {
    this.set(0, comms.idOf('swapper'));
  }

  take(record: OtherRecord): void {
    const { type, view, begin, end, littleEndian } = record;
    if (end - begin < 16) return;
    const tid = view.getInt32(begin + (type === RecordType.fork ? 8 : 4), littleEndian);
    if (type === RecordType.comm) this.set(tid, this.comms.idOf(commOf(record)));
    const parent = type === RecordType.fork ? this.#tids.find(view.getInt32(begin + 12, littleEndian)) : -1;
    if (parent >= 0) this.set(tid, this.#names.at(parent));
  }

  /** Of one that nothing has told of yet: `:TID`. */
  nameOf(tid: number): number {
    const thread = this.#tids.find(tid);
    return thread < 0 ? this.comms.idOf(`:${tid}`) : this.#names.at(thread);
  }

  private set(tid: number, name: number): void {
    const thread = this.#tids.of(tid);
    if (thread === this.#names.length) this.#names.push(name);
    else this.#names.set(thread, name);
  }
}
