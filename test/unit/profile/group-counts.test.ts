import { describe, expect, it } from 'vitest';
import { sampleOffsets } from '../../../src/abi/sample-offsets';
import { GroupCounts } from '../../../src/profile/group-counts';
import type { RecordedEvent, RecordedEvents } from '../../../src/profile/recorded-event';
import { SampleCursor } from '../../../src/profile/sample-cursor';

/** PERF_SAMPLE_*: IDENTIFIER, TID and READ. */
const SAMPLE_TYPE = 0x10012n;
/** PERF_FORMAT_* of include/uapi/linux/perf_event.h. */
const [TIMES, ID, GROUP, LOST] = [1 + 2, 4, 8, 16];

function recorded(readFormat: number, isInherited = false, sampleType = SAMPLE_TYPE): RecordedEvents {
  const event = {
    ...{ name: 'e', type: 1, config: 0n, sampleType, samplePeriod: 5, readFormat, sampleIdAll: true, isInherited },
    offsets: sampleOffsets(sampleType),
  } as RecordedEvent;
  const ids = new Map([
    [100n, 0],
    [200n, 1],
  ]);
  const indexOf = (id: number) => ids.get(BigInt(id)) ?? -1;
  return { all: [event, event], first: event, ids, indexOf } as unknown as RecordedEvents;
}

/** What samples of event 0 are visited as: `[event, period]` each. @param samples their words behind pid and tid */
function visits(events: RecordedEvents, samples: readonly (readonly bigint[])[], littleEndian = true) {
  const counts = new GroupCounts(events, littleEndian);
  const cursor = new SampleCursor(events, littleEndian);
  let unknown = 0;
  const seen: [number, number][] = [];
  for (const words of samples) {
    const view = new DataView(new ArrayBuffer(8 + (words.length + 1) * 8));
    for (const [i, word] of [100n, ...words].entries()) view.setBigUint64(8 + i * 8, word, littleEndian);
    expect(cursor.read(view, 8, view.byteLength)).toBe(true);
    unknown += counts.each(cursor, view, () => seen.push([cursor.event, cursor.period]));
  }
  return { seen, unknown };
}

const [ONE, OTHER] = [1n << 32n, 2n << 32n];

describe('counts that samples bring along', () => {
  it('are samples of each event of the group that grew, by as much', () => {
    const group = (a: bigint, b: bigint) => [ONE, 2n, 9n, 9n, a, 100n, 0n, b, 200n, 0n];
    for (const littleEndian of [true, false]) {
      const { seen, unknown } = visits(
        recorded(TIMES | ID | GROUP | LOST),
        [group(10n, 3n), group(25n, 3n)],
        littleEndian,
      );
      expect(seen).toEqual([
        [0, 10],
        [1, 3],
        [0, 15],
      ]);
      expect(unknown).toBe(0);
    }
  });

  it('are read of an event on its own', () => {
    const { seen } = visits(recorded(TIMES | ID), [
      [ONE, 7n, 9n, 9n, 100n],
      [ONE, 9n, 9n, 9n, 100n],
    ]);
    expect(seen).toEqual([
      [0, 7],
      [0, 2],
    ]);
  });

  it('are those of each thread where events are inherited', () => {
    const samples = [
      [ONE, 1n, 10n, 200n],
      [OTHER, 1n, 4n, 200n],
      [ONE, 1n, 11n, 200n],
    ];
    expect(visits(recorded(ID | GROUP, true), samples).seen.map(([, period]) => period)).toEqual([10, 4, 1]);
  });

  it('are told of where their event is not known', () => {
    expect(visits(recorded(ID | GROUP), [[ONE, 2n, 5n, 7n, 6n, 200n]])).toEqual({ seen: [[1, 6]], unknown: 1 });
  });

  it('leave samples as they are where they do not say of which event they are', () => {
    expect(visits(recorded(GROUP), [[ONE, 1n, 5n]]).seen).toEqual([[0, 5]]);
    expect(GroupCounts.areTold(recorded(GROUP))).toBe(false);
    expect(GroupCounts.areTold(recorded(ID))).toBe(true);
    expect(GroupCounts.areTold(recorded(ID, false, 0x10002n))).toBe(false);
  });
});
