import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SampleType } from '../../../src/abi/perf-event';
import { RecordType } from '../../../src/abi/ring-page';
import { sampleOffsets } from '../../../src/abi/sample-offsets';
import { Cgroups } from '../../../src/profile/cgroups';
import { Names } from '../../../src/profile/names';
import type { RecordedEvent, RecordedEvents } from '../../../src/profile/recorded-event';
import { SampleCursor } from '../../../src/profile/sample-cursor';
import { TaskRecords } from '../../../src/profile/task-records';

const { ip, callchain, cgroup, aux, dataPageSize, codePageSize, physAddr } = { ...SampleType, physAddr: 1n << 19n };

const eventOf = (sampleType: bigint): RecordedEvent =>
  ({
    offsets: sampleOffsets(sampleType),
    sampleType,
    sampleIdAll: false,
    readFormat: 0,
    samplePeriod: 1,
  }) as RecordedEvent;

const eventsOf = (...types: readonly bigint[]): RecordedEvents => {
  const all = types.map(eventOf);
  return { all, first: all[0], indexOf: (id: number) => (all.length === 1 ? 0 : id) } as unknown as RecordedEvents;
};

function viewOf(words: readonly bigint[], littleEndian = true): DataView {
  const view = new DataView(new ArrayBuffer(8 + words.length * 8));
  for (const [i, word] of words.entries()) view.setBigUint64(8 + i * 8, word, littleEndian);
  return view;
}

/** The id that a sample of such words tells. */
function idIn(sampleType: bigint, words: readonly bigint[], littleEndian = true): bigint | undefined {
  const cursor = new SampleCursor(eventsOf(sampleType), littleEndian);
  const view = viewOf(words, littleEndian);
  if (!cursor.read(view, 8, view.byteLength)) return undefined;
  return (BigInt(cursor.cgroupHigh >>> 0) << 32n) | BigInt(cursor.cgroupLow >>> 0);
}

const ID = 0x8765_4321_fedc_ba98n;

describe('the cgroup of a sample', () => {
  it.each([true, false])('is read where it is, whatever stands around it', (littleEndian) => {
    expect(idIn(ip | cgroup, [1n, ID], littleEndian)).toBe(ID);
    expect(idIn(ip | callchain | cgroup, [1n, 2n, 5n, 6n, ID], littleEndian)).toBe(ID);
    expect(idIn(ip | physAddr | cgroup | dataPageSize, [1n, 9n, ID, 8n], littleEndian)).toBe(ID);
    expect(idIn(ip | cgroup | dataPageSize | codePageSize, [1n, ID, 8n, 7n], littleEndian)).toBe(ID);
  });

  it('is none where the event does not tell it, or data of any length follow', () => {
    expect(idIn(ip, [1n])).toBe(0n);
    expect(idIn(ip | cgroup | aux, [1n, ID, 8n, 5n])).toBe(0n);
  });

  it('is no part of a call chain in a sample that is cut short', () => {
    expect(idIn(ip | callchain | cgroup, [1n, 2n, 5n, 6n])).toBe(0n);
    expect(idIn(ip | cgroup, [1n])).toBe(0n);
  });

  it('is not that of the sample before', () => {
    const { identifier } = SampleType;
    const cursor = new SampleCursor(eventsOf(identifier | cgroup, identifier), true);
    const told = viewOf([0n, 5n]);
    cursor.read(told, 8, told.byteLength);
    expect(cursor.cgroupLow).toBe(5);
    const untold = viewOf([1n]);
    cursor.read(untold, 8, untold.byteLength);
    expect(cursor.cgroupLow).toBe(0);
  });
});

const idOf = (id: bigint) => ({ cgroupLow: Number(id & 0xffff_ffffn), cgroupHigh: Number(id >> 32n) });

const told = (cgroups: Cgroups, id: bigint, name: string): void => {
  const bytes = Buffer.from(`x${name}y`);
  cgroups.tell(idOf(id), bytes, 1, bytes.length - 1);
};

describe('cgroups', () => {
  it('have the name that the first record tells, by all 64 bits of their ids', () => {
    const cgroups = new Cgroups();
    told(cgroups, ID, '/first');
    told(cgroups, ID, '/again');
    told(cgroups, ID & 0xffff_ffffn, '/low');
    expect(cgroups.nameOf(cgroups.of(idOf(ID)))).toBe('/first');
    expect(cgroups.nameOf(cgroups.of(idOf(ID & 0xffff_ffffn)))).toBe('/low');
    expect(cgroups.nameOf(cgroups.of(idOf(ID >> 32n)))).toBeUndefined();
  });

  it('are none for samples that do not tell, whatever a record says of that', () => {
    const cgroups = new Cgroups();
    told(cgroups, 7n, '/seven');
    told(cgroups, 0n, '/zero');
    expect(cgroups.isNone(cgroups.of(idOf(0n)))).toBe(true);
    expect(cgroups.isNone(cgroups.of(idOf(7n)))).toBe(false);
    expect(cgroups.isNone(cgroups.of(idOf(7n << 32n)))).toBe(false);
  });

  it('come in the order of their ids, which have a sign', () => {
    const cgroups = new Cgroups();
    const ids = [1n, 1n << 63n, 0xffff_ffffn, 1n << 32n, 0n, (1n << 64n) - 1n];
    const numbers = ids.map((id) => cgroups.of(idOf(id)));
    const sorted = [...numbers].sort((a, b) => cgroups.compare(a, b));
    expect(sorted.map((number) => BigInt.asIntN(64, ids[numbers.indexOf(number)] ?? 0n))).toEqual(
      ids.map((id) => BigInt.asIntN(64, id)).sort((a, b) => Number(a - b)),
    );
  });

  it('and CPUs have one number, and each its own', () => {
    const pairs = fc.array(fc.tuple(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), fc.integer({ min: -1, max: 9 })), {
      maxLength: 400,
    });
    fc.assert(
      fc.property(pairs, (places) => {
        const cgroups = new Cgroups();
        const numbers = places.map(([id, cpu]) => cgroups.placeOf(idOf(id), cpu));
        expect(new Set(numbers).size).toBe(new Set(places.map(String)).size);
        expect(numbers.map((place) => [cgroups.cgroupAt(place), cgroups.cpuAt(place)])).toEqual(
          places.map(([id, cpu]) => [cgroups.of(idOf(id)), cpu]),
        );
      }),
    );
  });
});

describe('records of cgroups', () => {
  const taken = (body: Buffer, littleEndian = true) => {
    const records = new TaskRecords(eventsOf(ip), littleEndian, new Names(), new Names());
    const bytes = Buffer.concat([Buffer.alloc(8), body]);
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    records.record(RecordType.cgroup, view, 8, bytes.length);
    return records;
  };
  const nameIn = ({ cgroups }: TaskRecords) => cgroups.nameOf(cgroups.of(idOf(ID)));

  it('tell of names in both byte orders, also without a zero behind them', () => {
    for (const littleEndian of [true, false]) {
      const body = Buffer.from('......../a/b\0\0\0\0');
      body[littleEndian ? 'writeBigUInt64LE' : 'writeBigUInt64BE'](ID, 0);
      expect(nameIn(taken(body, littleEndian))).toBe('/a/b');
    }
    const whole = Buffer.from('......../1234567');
    whole.writeBigUInt64LE(ID, 0);
    expect(nameIn(taken(whole))).toBe('/1234567');
  });

  it('that are shorter than their fields are passed over, and counted', () => {
    const short = Buffer.alloc(8);
    short.writeBigUInt64LE(ID, 0);
    expect([nameIn(taken(short)), taken(short).malformed]).toEqual([undefined, 1]);
  });
});
