import fc from 'fast-check';
import { expect, it } from 'vitest';
import { addCounts, type Counts, noCounts } from '../../../src/abi/counts';
import { cpu, monotonicTime } from '../../../src/base/units';
import { aggregate } from '../../../src/counts/event-count';
import { ReadingSteps } from '../../../src/counts/tick';
import { merged, type Reading } from '../../../src/gang/reading';
import type { Place } from '../../../src/gang/target';
import { hardware } from '../../fake/events';

const EVENTS = 2;
const CPUS = 3;

type Move =
  | { readonly kind: 'count'; readonly by: readonly Counts[] }
  | { readonly kind: 'read' }
  | { readonly kind: 'offline' | 'online'; readonly cpu: number }
  | { readonly kind: 'refilter'; readonly event: number };

/** What a gang does to its clones, without a kernel: those that go leave what they counted behind. */
class GangModel {
  retired: Reading[] = [];
  live: Reading[] = Array.from({ length: CPUS }, (_, n) => fresh({ cpu: cpu(n) })).flat();

  make(move: Exclude<Move, { kind: 'read' }>): void {
    switch (move.kind) {
      case 'count':
        this.live = this.live.map((one, i) => ({ ...one, counts: addCounts(one.counts, move.by[i] ?? noCounts) }));
        break;
      case 'offline':
        this.retire(({ place }) => place.cpu === move.cpu);
        break;
      case 'online':
        if (!this.live.some(({ place }) => place.cpu === move.cpu)) this.live.push(...fresh({ cpu: cpu(move.cpu) }));
        break;
      case 'refilter': {
        const old = this.live.filter(({ event }) => event === move.event);
        this.retire(({ event }) => event === move.event);
        this.live.push(...old.map((one) => ({ ...one, counts: noCounts })));
      }
    }
  }

  get readings(): Reading[] {
    return [...this.retired, ...this.live];
  }

  private retire(leaves: (reading: Reading) => boolean): void {
    this.retired = merged([...this.retired, ...this.live.filter(leaves)]);
    this.live = this.live.filter((one) => !leaves(one));
  }
}

const fresh = (place: Place): Reading[] =>
  Array.from({ length: EVENTS }, (_, event) => ({ event, place, counts: noCounts }));

const small = fc.bigInt({ min: 0n, max: 1000n });
const exact = fc.tuple(small, small).map(([value, time]) => ({ value, timeEnabled: time, timeRunning: time }));
const shared = fc
  .tuple(small, small, small)
  .map(([value, running, off]) => ({ value, timeEnabled: running + off, timeRunning: running }));
const moves = (counts: fc.Arbitrary<Counts>): fc.Arbitrary<Move[]> =>
  fc.array(
    fc.oneof<fc.Arbitrary<Move>[]>(
      fc.record({ kind: fc.constant('count' as const), by: fc.array(counts, { minLength: 6, maxLength: 6 }) }),
      fc.constant({ kind: 'read' }),
      fc.record({ kind: fc.constantFrom('offline' as const, 'online' as const), cpu: fc.nat(CPUS - 1) }),
      fc.record({ kind: fc.constant('refilter' as const), event: fc.nat(EVENTS - 1) }),
    ),
    { maxLength: 30 },
  );

const sumOf = (readings: readonly Reading[]): Counts[] =>
  Array.from({ length: EVENTS * CPUS }, (_, i) =>
    readings
      .filter(({ event, place }) => event === Math.floor(i / CPUS) && place.cpu === i % CPUS)
      .reduce((sum, { counts }) => addCounts(sum, counts), noCounts),
  );

function stepsOf(played: readonly Move[]) {
  const model = new GangModel();
  const steps = new ReadingSteps({ start: monotonicTime(0n), since: monotonicTime(0n) });
  const taken: Reading[][] = [];
  const moments: bigint[] = [];
  let time = 0n;
  for (const move of [...played, { kind: 'read' } as const]) {
    time += 10n;
    if (move.kind !== 'read') model.make(move);
    else {
      const at = monotonicTime(time);
      const step = steps.next({ begin: at, end: at, readings: model.readings });
      taken.push([...step.readings()]);
      moments.push(step.elapsed);
      expect(step.at).toBe(time);
    }
  }
  return { taken, moments, time, last: model.readings };
}

it('a clone that takes the place of one that was on for no time at all is not taken for it', () => {
  const by = Array.from({ length: EVENTS * CPUS }, (_, i) => ({ ...noCounts, value: i === 3 ? 846n : 0n }));
  const refilter = { kind: 'refilter', event: 1 } as const;
  const { taken, last } = stepsOf([refilter, { kind: 'count', by }, { kind: 'read' }, refilter]);
  expect(sumOf(taken.flat())).toEqual(sumOf(last));
});

it.each([
  ['that count all the time', exact],
  ['that take turns', shared],
])('steps are never below nothing, and together the last reading, of events %s', (_, counts) => {
  fc.assert(
    fc.property(moves(counts), (played) => {
      const { taken, moments, time, last } = stepsOf(played);
      expect(sumOf(taken.flat())).toEqual(sumOf(last));
      expect(moments.reduce((sum, one) => sum + one, 0n)).toBe(time);
      for (const { counts } of taken.flat()) {
        expect(counts.timeEnabled >= 0n && counts.timeRunning >= 0n && counts.value >= 0n).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});

it('what was counted all the time is right to the last digit in every step', () => {
  fc.assert(
    fc.property(moves(exact), (played) => {
      const { taken, last } = stepsOf(played);
      const events = [hardware('cpuCycles'), hardware('instructions')];
      const total = (readings: readonly Reading[]) =>
        aggregate(events, readings, new Set()).map(({ total: { value } }) => value);
      const sums = taken.map(total).reduce((a, b) => a.map((value, i) => value + (b[i] ?? 0n)));
      // What ran for no time at all is not known to have been counted.
      const known = (readings: readonly Reading[]) =>
        readings.every(({ counts }) => counts.value === 0n || counts.timeRunning > 0n);
      fc.pre(taken.every(known) && known(last));
      expect(sums).toEqual(total(last));
    }),
  );
});

it('a step is scaled by its own times', () => {
  const steps = new ReadingSteps({ start: monotonicTime(100n), since: monotonicTime(90n) });
  const place = { cpu: cpu(0) };
  const read = (at: bigint, value: bigint, timeEnabled: bigint, timeRunning: bigint) => {
    const counts = { value, timeEnabled, timeRunning };
    const begin = monotonicTime(at);
    return steps.next({ begin, end: begin, readings: [{ event: 0, place, counts }] });
  };
  const value = (readings: readonly Reading[]) =>
    aggregate([hardware('cpuCycles')], readings, new Set())[0]?.total.value;
  const first = read(110n, 100n, 10n, 10n);
  expect(value(first.readings())).toBe(100n);
  // Whole CPUs are counted from before the start on, from which times are told.
  expect([first.at, first.elapsed, first.duration]).toEqual([10n, 20n, 10n]);
  const second = read(130n, 150n, 30n, 15n);
  expect(value(second.readings())).toBe(200n);
  expect([second.at, second.elapsed, second.duration]).toEqual([30n, 20n, 20n]);
  expect(aggregate([hardware('cpuCycles')], read(140n, 150n, 40n, 15n).readings(), new Set())[0]?.total.status).toBe(
    'not counted',
  );
});
