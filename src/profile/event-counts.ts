import { RecordType } from '../abi/ring-page';
import { RecordTrailer } from './record-trailer';
import type { Recording } from './recording';

/** What a recording has of an event. */
export interface EventCounts {
  readonly samples: number;
  /** Samples that the kernel had no room for, as the event was asked in the end. */
  readonly lost: bigint;
}

/** Goes through a recording. @returns what it has of each event, by index */
export function eventCounts(recording: Recording): EventCounts[] {
  const counts = recording.events.all.map(() => ({ samples: 0, lost: 0n }));
  const trailer = new RecordTrailer(recording.events, recording.littleEndian);
  recording.eachStretch(
    () => ({ bytes: 0, wrong: 0 }),
    ({ event }) => {
      const count = counts[event];
      if (count) count.samples += 1;
    },
    undefined,
    (type, view, begin, end) => {
      if (type !== RecordType.lostSamples || end - begin < 8) return;
      trailer.read(view, begin, end);
      const count = counts[recording.events.indexOf(trailer.id)];
      if (count) count.lost += view.getBigUint64(begin, recording.littleEndian);
    },
  );
  return counts;
}
