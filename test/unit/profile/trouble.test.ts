import { describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import type { RecordedEvents } from '../../../src/profile/recorded-event';
import { Troubles } from '../../../src/profile/trouble';

/** Samples, and other records, tell of thread, time and CPU. */
const [TID, TIME, CPU] = [1n << 1n, 1n << 2n, 1n << 7n];
const events = (sampleType: bigint) => ({ first: { sampleType, sampleIdAll: true } }) as unknown as RecordedEvents;

/** A record: what it tells, and where and when it does. */
function record(words: readonly number[], cpu: number, time: number): DataView {
  const view = new DataView(new ArrayBuffer(8 + words.length * 8 + 24));
  for (const [i, word] of words.entries()) view.setBigUint64(8 + i * 8, BigInt(word), true);
  const trailer = 8 + words.length * 8;
  view.setBigUint64(trailer + 8, BigInt(time), true);
  view.setUint32(trailer + 16, cpu, true);
  return view;
}

function told(troubles: Troubles, type: number, words: readonly number[], cpu: number, time: number): void {
  const view = record(words, cpu, time);
  troubles.record(type, view, 8, view.byteLength);
}

const UNTHROTTLE = 6;

describe('what is missing in a recording', () => {
  it('was lost between the sample before and when that was told, on that CPU', () => {
    const troubles = new Troubles(events(TID | TIME | CPU), true);
    troubles.sample(0, 100);
    troubles.sample(1, 150);
    told(troubles, RecordType.lost, [7, 12], 1, 170);
    told(troubles, RecordType.lostSamples, [3], 2, 180);
    expect(troubles.all(1000)).toEqual([
      { kind: 'lost', cpu: 1, from: 150, to: 170, count: 12 },
      { kind: 'lost', cpu: 2, from: 180, to: 180, count: 3 },
    ]);
  });

  it('was lost once, where rings tell of it and events are asked in the end', () => {
    const troubles = new Troubles(events(TID | TIME | CPU), true);
    troubles.sample(1, 150);
    told(troubles, RecordType.lost, [7, 12], 1, 170);
    for (const count of [12, 3]) told(troubles, RecordType.lostSamples, [count], 0, 0);
    expect(troubles.all(1000)).toEqual([
      { kind: 'lost', cpu: 1, from: 150, to: 170, count: 12 },
      { kind: 'lost', cpu: -1, from: 1000, to: 1000, count: 3 },
    ]);
    told(troubles, RecordType.lost, [7, 3], 1, 180);
    expect(troubles.all(1000).reduce((sum, { count }) => sum + count, 0)).toBe(15);
  });

  it('was throttled until the kernel let it go on, or the recording ended', () => {
    const troubles = new Troubles(events(TID | TIME | CPU), true);
    told(troubles, RecordType.throttle, [0, 0, 0], 0, 10);
    told(troubles, RecordType.throttle, [0, 0, 0], 1, 20);
    told(troubles, UNTHROTTLE, [0, 0, 0], 0, 30);
    told(troubles, UNTHROTTLE, [0, 0, 0], 3, 40);
    expect(troubles.all(99)).toEqual([
      { kind: 'throttled', cpu: 0, from: 10, to: 30, count: 0 },
      { kind: 'throttled', cpu: 1, from: 20, to: 99, count: 0 },
    ]);
  });

  it('was throttled event by event, as often as records tell it', () => {
    const troubles = new Troubles(events(TID | TIME | CPU), true);
    told(troubles, RecordType.throttle, [0, 7, 7], 0, 10);
    told(troubles, RecordType.throttle, [0, 8, 8], 0, 12);
    told(troubles, UNTHROTTLE, [0, 7, 7], 0, 20);
    told(troubles, UNTHROTTLE, [0, 8, 8], 0, 30);
    // Of an inherited event whose task has ended, and the next one.
    told(troubles, RecordType.throttle, [0, 7, 107], 0, 40);
    told(troubles, RecordType.throttle, [0, 7, 108], 0, 50);
    told(troubles, UNTHROTTLE, [0, 7, 108], 0, 60);
    expect(troubles.all(99)).toEqual(
      [
        [10, 20],
        [12, 30],
        [40, 50],
        [50, 60],
      ].map(([from, to]) => ({ kind: 'throttled', cpu: 0, from, to, count: 0 })),
    );
  });

  it('is of no CPU where the recording does not tell, and nothing without times', () => {
    const troubles = new Troubles(events(TIME), true);
    const view = new DataView(new ArrayBuffer(8 + 16 + 8));
    view.setBigUint64(16, 5n, true);
    view.setBigUint64(24, 70n, true);
    troubles.record(RecordType.lost, view, 8, 32);
    expect(troubles.all(99)).toEqual([{ kind: 'lost', cpu: -1, from: 70, to: 70, count: 5 }]);
    const timeless = new Troubles(events(TID), true);
    timeless.record(RecordType.lost, view, 8, 32);
    expect(timeless.all(99)).toEqual([]);
  });
});
