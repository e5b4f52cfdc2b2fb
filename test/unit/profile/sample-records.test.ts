import fc from 'fast-check';
import { expect, it } from 'vitest';
import { HEADER_BYTES } from '../../../src/abi/ring-page';
import { sampleOffsets } from '../../../src/abi/sample-offsets';
import { visitRecords } from '../../../src/perfdata/perf-data-reader';
import { Memory } from '../../../src/profile/memory';
import type { Places } from '../../../src/profile/places';
import type { RecordedEvent, RecordedEvents } from '../../../src/profile/recorded-event';
import { Recording } from '../../../src/profile/recording';
import { SampleColumns } from '../../../src/profile/sample-columns';
import { SampleCursor } from '../../../src/profile/sample-cursor';
import { StackCollector, type StackKeys } from '../../../src/profile/stack-collector';
import type { Stacks } from '../../../src/profile/stacks';
import type { StateSpan, Timeline } from '../../../src/profile/timeline';
import { Troubles } from '../../../src/profile/trouble';

/** PERF_SAMPLE_*: IP, TID, TIME, CALLCHAIN, CPU, PERIOD, READ and IDENTIFIER, in two events of which one has no counts. */
const [WITH_COUNTS, WITHOUT] = [0x101b7n, 0x101a7n];

const events = [WITH_COUNTS, WITHOUT].map((sampleType) => ({
  ...{
    name: 'e',
    type: 1,
    config: 0n,
    sampleType,
    samplePeriod: 1,
    readFormat: 1,
    sampleIdAll: true,
    isInherited: false,
  },
  offsets: sampleOffsets(sampleType),
})) as [RecordedEvent, RecordedEvent];

const ids = new Map([
  [100n, 0],
  [7n, 1],
  [2n ** 40n, 1],
]);

const recorded = {
  all: events,
  first: events[0],
  ids,
  indexOf: (id: number) => ids.get(BigInt(id)) ?? -1,
} as unknown as RecordedEvents;

/** What a thread was: another from 50 ns on, in another memory. */
const memories = [1, 2].map((id) => {
  const memory = new Memory(id);
  memory.add({ start: 0x1000, end: 0x3000, offset: 0x500, dso: id });
  memory.add({ start: 0x2000, end: 0x2800, offset: 0, dso: 9 });
  return memory;
});
const spanOf = (_pid: number, tid: number, time: number): StateSpan => {
  const isLate = time >= 50;
  const state = { memory: memories[Number(isLate)] ?? new Memory(1), comm: tid * 2 + Number(isLate) };
  return { from: isLate ? 50 : 0, to: isLate ? 1000 : 50, state };
};
const timeline = {
  spanOf,
  stateAt: (pid: number, tid: number, time: number) => spanOf(pid, tid, time).state,
} as unknown as Timeline;

/** A place is told by all that is known of it. */
function placesWith(seen: Map<string, number>): Places {
  const cellOf = (...place: readonly unknown[]) => {
    const key = place.join();
    const cell = seen.get(key) ?? seen.size;
    seen.set(key, cell);
    return { cell };
  };
  return {
    tells: { exact: false, nameless: true },
    placeAt: (mode: number, memory: Memory, low: number, high: number) => {
      const range = mode === 2 ? memory.find(low) : undefined;
      return range
        ? cellOf('program', range.dso, low - range.start + range.offset, high)
        : cellOf('mode', mode, low, high);
    },
    nowhere: (low: number, high: number) => cellOf('nowhere', low, high),
    programPlace: (dso: number, low: number, high: number) => cellOf('program', dso, low, high),
  } as unknown as Places;
}

const address = fc.oneof(
  fc.constantFrom([-128, -1], [-512, -1], [-77, -1], [5, -1], [0x1000, 0], [0x2000, 0], [0x2900, 0], [0x1000, 1]),
  fc.tuple(fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }), fc.constantFrom(0, -1, 0x7fff)),
);
const sampled = fc.record({
  ...{ id: fc.constantFrom(100n, 7n, 2n ** 40n, 3n), mode: fc.integer({ min: 0, max: 7 }) },
  ...{
    tid: fc.integer({ min: 1, max: 2 }),
    time: fc.integer({ min: 0, max: 99 }),
    cpu: fc.integer({ min: 0, max: 1 }),
  },
  ...{ period: fc.integer({ min: 1, max: 9 }), chain: fc.array(address, { maxLength: 6 }), ip: address },
  /** What the record says of the length of its chain, and of its own, besides what they are. */
  ...{
    excess: fc.constantFrom(0, 0, 0, 0, 1),
    short: fc.constantFrom(0, 0, 0, 0, 8),
    /** Bytes that follow. */
    more: fc.constantFrom(0, 0, 0, 0, 0, 0, 0, 0, 1, 4),
    type: fc.constantFrom(9, 9, 9, 3),
  },
});
type Sampled = typeof sampled extends fc.Arbitrary<infer T> ? T : never;
/** The same, with any numbers. */
type Recorded = Omit<Sampled, 'chain' | 'type' | 'excess' | 'short' | 'more'> & {
  readonly chain: readonly (readonly number[])[];
} & Readonly<Record<'type' | 'excess' | 'short' | 'more', number>>;

function recordOf({ id, mode, tid, time, cpu, period, chain, ip, excess, short, more, type }: Recorded): Buffer {
  const whole = chain.length > 0 && chain[0]?.[0] === -128 ? [chain[0], ip, ...chain.slice(1)] : chain;
  const halves = (pairs: readonly (readonly number[])[]) => Buffer.from(Int32Array.from(pairs.flat()).buffer);
  const words = (...numbers: readonly bigint[]) => Buffer.from(BigUint64Array.from(numbers).buffer);
  const body = Buffer.concat([
    words(id),
    halves([ip]),
    halves([[1, tid]]),
    words(BigInt(time)),
    halves([[cpu, 0]]),
    words(BigInt(period)),
    ...(id === 100n || id === 3n ? [words(5n, 6n)] : []),
    words(BigInt(whole.length + excess)),
    halves(whole),
  ]);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(type, 0);
  header.writeUInt16LE(mode, 4);
  header.writeUInt16LE(HEADER_BYTES + body.length - short + more, 6);
  return Buffer.concat([header, body.subarray(0, body.length - short), Buffer.alloc(more)]);
}

function shown(stacks: Stacks, seen: Map<string, number>) {
  const names = [...seen.keys()];
  return Array.from({ length: stacks.size }, (_, id) => {
    const from = stacks.startOf(id);
    const words = [...stacks.words.subarray(from, from + 5 + stacks.depthOf(id))];
    return {
      ...{ keys: words.slice(0, 5), frames: words.slice(5).map((cell) => names[cell]) },
      ...{ count: stacks.countOf(id), period: stacks.periodOf(id), kernel: stacks.kernelStackOf(id) },
    };
  });
}

const collectorWithPlaces = (): [Map<string, number>, StackCollector] => {
  const seen = new Map<string, number>();
  return [seen, new StackCollector(placesWith(seen), { event: true, comm: true, pid: true, tid: true, cpu: true })];
};

const keySets: readonly StackKeys[] = [
  { event: true, comm: true, pid: false, tid: false, cpu: false },
  { event: false, comm: false, pid: true, tid: true, cpu: true },
];

it('samples are the same whether C reads their records or they come one by one', () => {
  fc.assert(
    fc.property(fc.array(sampled, { maxLength: 60 }), fc.constantFrom(...keySets), (samples, keys) => {
      const records = Buffer.from(new Uint8Array(Buffer.concat(samples.map(recordOf))).buffer);
      const [oneByOne, together] = [new Map<string, number>(), new Map<string, number>()];
      const [expected, collector] = [oneByOne, together].map(
        (seen) => new StackCollector(placesWith(seen), keys, recorded),
      );
      if (!expected || !collector) throw new Error('there are two');
      const view = new DataView(records.buffer, 0, records.length);
      /** @returns how many are of no event, or not whole */
      const addOneByOne = (to: StackCollector, from: number): number => {
        const cursor = new SampleCursor(recorded, true);
        let wrong = 0;
        visitRecords(view, from, true, 0, (type, _, begin, end) => {
          if (type !== 9) return;
          const isWhole = cursor.read(view, begin, end);
          wrong += Number(!isWhole || cursor.event < 0);
          if (isWhole) to.add(cursor, timeline.stateAt(cursor.pid, cursor.tid, cursor.time));
        });
        return wrong;
      };
      const wrong = addOneByOne(expected, 0);
      const done = collector.addRecords(records, timeline);
      // What stands at an odd place has to be read one by one.
      if (samples.every(({ more }) => more % 4 === 0)) expect(done.bytes).toBe(records.length);
      expect(done.wrong + addOneByOne(collector, done.bytes)).toBe(wrong);
      expect(
        shown(
          collector.stacksAfter(() => {}),
          together,
        ),
      ).toEqual(
        shown(
          expected.stacksAfter(() => {}),
          oneByOne,
        ),
      );
    }),
    { numRuns: 300 },
  );
});

interface Stretches {
  readonly scanStretches: (visit: (records: DataView, offset: number) => void) => void;
  readonly littleEndian: boolean;
}

/** Records in stretches of so many. */
function recordingOf(records: readonly Buffer[], many: number): Recording {
  const stretches: DataView[] = [];
  for (let i = 0; i < records.length; i += many) {
    stretches.push(new DataView(new Uint8Array(Buffer.concat(records.slice(i, i + many))).buffer));
  }
  const reader: Stretches = {
    scanStretches: (visit) => {
      for (const stretch of stretches) visit(stretch, 0);
    },
    littleEndian: true,
  };
  const Made = Recording as unknown as new (reader: Stretches, events: RecordedEvents) => Recording;
  return new Made(reader, recorded);
}

/** All that is known of samples, sample by sample. */
function columnsOf(recording: Recording, wanted?: () => boolean) {
  const seen = new Map<string, number>();
  const troubles = new Troubles(recorded, true);
  const columns = new SampleColumns(placesWith(seen), recording, timeline, troubles, wanted);
  const stacks = columns.readAll(() => {});
  const { all, threads, end } = columns;
  const found = { all, threads, end, troubles: troubles.all(end), malformed: recording.malformed };
  return { ...found, stacks: shown(stacks, seen), places: new Set(seen.keys()) };
}

const LOST = 2;

it('columns of samples are the same whether C reads batches of them or they come one by one', () => {
  const some = fc.array(fc.record({ sample: sampled, deep: fc.nat({ max: 90 }), times: fc.nat({ max: 600 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(some, fc.integer({ min: 1, max: 3000 }), (all, many) => {
      const records = all.flatMap(({ sample, deep, times }) => {
        const type = sample.type === 9 ? 9 : LOST;
        // What is lost is of CPU 1: that stands at its end.
        const chain = [...sample.chain, ...new Array<readonly number[]>(deep).fill([type === LOST ? 1 : 0x1000, 0])];
        // Few of them are wrong, or no batch would be taken.
        const well = { ...sample, chain, type, excess: 0, short: 0, more: 0, id: 7n };
        const odd = recordOf({ ...sample, chain, type });
        return Array.from({ length: times }, (_, i) =>
          i === 300 ? odd : recordOf({ ...well, time: (sample.time + i) % 100, cpu: (sample.cpu + (i >> 6)) % 3 }),
        );
      });
      expect(columnsOf(recordingOf(records, many))).toEqual(columnsOf(recordingOf(records, many), () => true));
    }),
    { numRuns: 60 },
  );
});

it('addresses are of what is mapped there, of however many processes samples are', () => {
  const [seen, collector] = collectorWithPlaces();
  const expected: string[] = [];
  for (let i = 0; i < 4000; i += 1) {
    const memory = new Memory(i + 1);
    for (let k = 0; k < 40; k += 1) {
      memory.add({ start: k * 0x1000, end: k * 0x1000 + 0x1000, offset: i * 0x1000, dso: k });
    }
    const at = {
      mode: 2,
      ipLow: (i % 40) * 0x1000 + 5,
      ipHigh: 0,
      chainAt: 0,
      chainLength: 0,
      words: new Int32Array(0),
    };
    const sample = { ...at, event: 0, pid: i, tid: i, cpu: 0, period: 1 } as unknown as SampleCursor;
    collector.add(sample, { memory, comm: 0 });
    expected.push(`program,${i % 40},${i * 0x1000 + 5},0`);
  }
  const stacks = collector.stacksAfter(() => {});
  const names = [...seen.keys()];
  const found = Array.from({ length: stacks.size }, (_, id) => names[stacks.words[stacks.startOf(id) + 5] ?? -1]);
  expect(found).toEqual(expected);
});
