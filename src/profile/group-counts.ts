import { ReadFormat, SampleType } from '../abi/perf-event';
import type { RecordedEvent, RecordedEvents } from './recorded-event';
import type { SampleCursor } from './sample-cursor';

/** How the counts of an event's samples are laid out, in words of 64 bits. */
interface CountsLayout {
  readonly isGroup: boolean;
  /** Before the first count. */
  readonly head: number;
  /** From one count to the next one. */
  readonly step: number;
  /** From a count to its id. */
  readonly id: number;
  /** Of inherited events each thread has counts of its own. */
  readonly isByThread: boolean;
}

const WORD = 8;

/**
 * Samples that bring the counts of their event, or of its group, along (`-e '{a,b}:S'`): each of them stands for as many
 * samples as there are counts that grew, by as much as they grew since the sample before.
 * Source: deliver_sample_group() in tools/perf/util/session.c, Linux 6.18.
 */
export class GroupCounts {
  /** By id, and thread where each has its own. */
  readonly #last = new Map<bigint, bigint>();
  readonly #layouts: readonly (CountsLayout | undefined)[];

  constructor(
    private readonly events: RecordedEvents,
    private readonly littleEndian: boolean,
  ) {
    this.#layouts = events.all.map(layoutOf);
  }

  /** Whether samples of a recording bring counts that tell of which event they are. */
  static areTold(events: RecordedEvents): boolean {
    return events.all.some((event) => layoutOf(event) !== undefined);
  }

  /**
   * Visits a sample as one of each event that it counts; or once, as it is, where it brings none along. Those of a count are
   * to come in the order of their time.
   * @param sample of the view; of another event, and another period, in each visit
   * @returns how many counts are of no event that is known
   */
  each(sample: SampleCursor, view: DataView, visit: () => void): number {
    const layout = this.#layouts[sample.event];
    if (!layout || sample.countsAt < 0) {
      visit();
      return 0;
    }
    let unknown = 0;
    const count = layout.isGroup ? Number(this.u64(view, sample.countsAt)) : 1;
    for (let i = 0; i < count; i += 1) {
      const at = sample.countsAt + (layout.head + i * layout.step) * WORD;
      const id = this.u64(view, at + layout.id * WORD);
      sample.event = this.events.ids.get(id) ?? -1;
      sample.period = this.grown(layout.isByThread ? (id << 32n) | BigInt(sample.tid >>> 0) : id, this.u64(view, at));
      if (sample.event < 0) unknown += 1;
      else if (sample.period > 0) visit();
    }
    return unknown;
  }

  private grown(key: bigint, value: bigint): number {
    const last = this.#last.get(key) ?? 0n;
    this.#last.set(key, value);
    return Number(value - last);
  }

  private u64(view: DataView, at: number): bigint {
    return view.getBigUint64(at, this.littleEndian);
  }
}

function layoutOf({ sampleType, readFormat, isInherited }: RecordedEvent): CountsLayout | undefined {
  const has = (part: number): boolean => (readFormat & part) !== 0;
  if ((sampleType & SampleType.read) === 0n || !has(ReadFormat.id)) return undefined;
  const times = Number(has(ReadFormat.totalTimeEnabled)) + Number(has(ReadFormat.totalTimeRunning));
  const isGroup = has(ReadFormat.group);
  const step = 2 + Number(has(ReadFormat.lost));
  // The times stand behind the number of counts in a group, and behind the count elsewhere.
  return { isGroup, head: isGroup ? 1 + times : 0, step, id: isGroup ? 1 : 1 + times, isByThread: isInherited };
}
