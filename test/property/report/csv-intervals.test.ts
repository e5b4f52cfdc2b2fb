import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { type Cpu, cpu, ns } from '../../../src/base/units';
import { countsOf } from '../../../src/counts/counts-of';
import type { Sums } from '../../../src/counts/summed-counts';
import { LaterTick } from '../../../src/counts/tick';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import type { Reading } from '../../../src/gang/reading';
import { CpuMask } from '../../../src/host/cpu-mask';
import { CsvIntervals } from '../../../src/report/csv-intervals';
import { statCsv } from '../../../src/report/stat-csv';
import { hardware, software } from '../../fake/events';
import { byCpu, global, metrics } from '../../fake/stat-views';

const CPUS: readonly Cpu[] = [cpu(0), cpu(1), cpu(5)];
const subject = { kind: 'system', cpus: CpuMask.of(CPUS) } as const;

const kinds: readonly ResolvedEvent[] = [
  software('taskClock', { scale: 1e-6, unit: 'msec' }),
  software('cpuClock', { scale: 1e-6, unit: 'msec' }),
  software('contextSwitches'),
  software('pageFaults', { name: 'ev,il\x1b[31m' }),
  hardware('cpuCycles'),
  hardware('instructions'),
  hardware('branchMisses'),
];
const rare: readonly ResolvedEvent[] = [
  software('dummy', { kind: 'tool', tool: 'duration_time' }),
  software('dummy', { mergedInto: 0 }),
];

const count = fc.oneof(fc.nat(3).map(BigInt), fc.bigInt({ min: 0n, max: 1n << 63n }));
const time = fc.oneof(fc.constant(0n), fc.bigInt({ min: 1n, max: 1n << 40n }));

/** An interval: of each event what it counted on each CPU, and for how long it was on. */
const interval = (events: number) =>
  fc.record({
    at: fc.bigInt({ min: 1n, max: 1n << 50n }).map(ns),
    elapsed: fc.bigInt({ min: 1n, max: 1n << 40n }).map(ns),
    counted: fc.array(fc.array(fc.tuple(count, time), { minLength: CPUS.length, maxLength: CPUS.length }), {
      minLength: events,
      maxLength: events,
    }),
  });

const courses = fc
  .tuple(fc.subarray([...kinds], { minLength: 1 }), fc.subarray([...rare], { maxLength: 1 }), fc.nat(9))
  .chain(([usual, unusual, isRare]) => {
    const events = [...usual, ...(isRare === 0 ? unusual : [])];
    return fc.record({
      events: fc.constant(events),
      missing: fc.uniqueArray(fc.nat(events.length * 3 - 1)).map((indexes) => new Set(indexes)),
      intervals: fc.array(interval(events.length), { minLength: 1, maxLength: 4 }),
    });
  });

const views = [{ aggregation: global }, { aggregation: global, metrics }, { aggregation: byCpu }];

type Course = typeof courses extends fc.Arbitrary<infer T> ? T : never;

/** What the events that are there counted on each CPU: nowhere, unless they were on everywhere, as there are sums. */
function readingsOf({ missing }: Course, { counted }: Course['intervals'][number]): Reading[] {
  return counted.flatMap((onCpus, event) => {
    if (missing.has(event) || onCpus.some(([, on]) => on === 0n)) return [];
    return onCpus.map(([value, on], i): Reading => {
      return { event, place: { cpu: CPUS[i] ?? cpu(0) }, counts: { value, timeEnabled: on, timeRunning: on } };
    });
  });
}

function sumsOf({ events }: Course, readings: readonly Reading[]): BigUint64Array {
  const words = new BigUint64Array(3 * events.length);
  for (const { event, counts } of readings) {
    for (const [n, more] of [counts.value, counts.timeEnabled, counts.timeRunning].entries()) {
      words[3 * event + n] = (words[3 * event + n] ?? 0n) + more;
    }
  }
  return words;
}

it('lines from sums are those from counts place by place', () => {
  let fromSums = 0;
  fc.assert(
    fc.property(courses, fc.constantFrom(',', '\t', 'x'), fc.constantFrom(...views), (course, separator, view) => {
      const lines = new CsvIntervals({ ...view, separator });
      for (const one of course.intervals) {
        const { at, elapsed } = one;
        const readings = readingsOf(course, one);
        const counted = (sums?: Sums) => {
          const given = { readings: () => readings, sums };
          return countsOf(course, given, { elapsed }, { scale: true, excludeOwn: false }, undefined);
        };
        const counts = counted();
        // Sums have 64 bits, which no event is known to need.
        fc.pre(counts.every(({ total: { value } }) => value < 1n << 64n));
        const sums = { ...course, words: sumsOf(course, readings) };
        const count = vi.fn(() => counted(sums));
        const text = lines.lines(new LaterTick(at, elapsed, sums, count), subject);
        if (count.mock.calls.length === 0) fromSums += 1;
        expect(text).toBe(statCsv({ subject, counts, elapsed }, { ...view, separator, interval: at }));
      }
    }),
    { numRuns: 500 },
  );
  expect(fromSums).toBeGreaterThan(50);
});

it('has no count of a breakpoint of which no hit is reported', () => {
  const events = [software('contextSwitches'), software('pageFaults', { isNeverHit: true })];
  const sums = { events, missing: new Set<number>(), words: BigUint64Array.of(7n, 5n, 5n, 0n, 5n, 5n) };
  const counted = () => {
    const given = { readings: () => [], sums };
    return countsOf(sums, given, { elapsed: ns(5n) }, { scale: true, excludeOwn: false }, undefined);
  };
  const lines = new CsvIntervals({ aggregation: global, separator: ',' });
  const rows = lines.lines(new LaterTick(ns(1n), ns(5n), sums, counted), subject).split('\n');
  expect(rows.slice(0, 2).map((row) => row.split(',')[1])).toEqual(['7', '<not counted>']);
});
