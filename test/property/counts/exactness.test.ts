import fc from 'fast-check';
import { expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { lowerBound } from '../../../src/counts/estimate-error';
import { type AggregateOptions, aggregate, type EventCount } from '../../../src/counts/event-count';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang } from '../../../src/gang/gang';
import { LiveGang, type LiveGangRequest } from '../../../src/gang/live-gang';
import { CpuMask } from '../../../src/host/cpu-mask';
import { hardware } from '../../fake/events';
import { type FakeCounts, FakeKernel } from '../../fake/fake-kernel';
import { FakeFiles } from '../../fake-host';

/** What the kernel says of event after event, on CPU after CPU. */
type Machine = readonly (readonly FakeCounts[])[];

const names = ['cpuCycles', 'instructions', 'cacheReferences', 'cacheMisses', 'branchInstructions'] as const;
const apart = names.map((name) => hardware(name));
/** `cycles,{instructions,cache-references,cache-misses},branches` */
const grouped = names.map((name, i) => hardware(name, i > 0 && i < 4 ? { leader: 1 } : {}));

const request = (events: readonly ResolvedEvent[], cpus: number): LiveGangRequest => ({
  events,
  target: { kind: 'cpus', cpus: CpuMask.of(Array.from({ length: cpus }, (_, on) => cpu(on))) },
  mayMiss: () => false,
  placesMayGo: false,
  context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => undefined },
  files: new FakeFiles(),
});

/** Opens a gang on a kernel that has counted this, and takes it all the way to the counts. */
async function counted(
  events: readonly ResolvedEvent[],
  machine: Machine,
  options?: AggregateOptions,
): Promise<EventCount[]> {
  const kernel = new FakeKernel();
  kernel.countsOf = ({ attr, request }) => machine[request.cpu]?.[Number(attr.config)] ?? nothing;
  const live = LiveGang.open(kernel, request(events, machine.length));
  live.arm();
  const counts = aggregate(live.gang.events, live.read().readings, live.gang.missing, options);
  await live.close();
  expect(kernel.openFds.size).toBe(0);
  return counts;
}

const nothing: FakeCounts = { value: 0n, timeEnabled: 0n, timeRunning: 0n };

/** value × enabled ÷ running with halves rounded up, in other words than the code: ⌊x + ½⌋. */
const expected = ({ value, timeEnabled, timeRunning }: FakeCounts): bigint =>
  timeRunning >= timeEnabled ? value : (2n * value * timeEnabled + timeRunning) / (2n * timeRunning);

/** The share of the time that an event was on its counter: any, never, always. */
const shareOf = (longest: bigint) => {
  const time = fc.bigInt({ min: 1n, max: longest });
  const any = fc.tuple(time, time).map(([a, b]) => (a < b ? { enabled: b, running: a } : { enabled: a, running: b }));
  return fc.oneof(
    { weight: 6, arbitrary: any },
    { weight: 1, arbitrary: time.map((enabled) => ({ enabled, running: 0n })) },
    { weight: 1, arbitrary: time.map((enabled) => ({ enabled, running: enabled })) },
  );
};

const onMachine = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[][]> =>
  fc.array(fc.array(one, { minLength: names.length, maxLength: names.length }), { minLength: 1, maxLength: 6 });

/** Any value of 63 bits, over times from a nanosecond to a lifetime: doubles are wrong from 2^53 on. */
const anyMachine = onMachine(
  fc.record({ value: fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }), share: shareOf(1n << 61n) }).map(
    ({ value, share: { enabled, running } }): FakeCounts => ({
      value: running > 0n ? value : 0n,
      timeEnabled: enabled,
      timeRunning: running,
    }),
  ),
);

/** A group is on its counters as a whole: its members have their leader's times. */
const asGrouped = (machine: Machine): Machine =>
  machine.map((events) =>
    events.map((own, i) => {
      const { timeEnabled, timeRunning } = events[grouped[i]?.leader ?? i] ?? own;
      return { value: timeRunning > 0n ? own.value : 0n, timeEnabled, timeRunning };
    }),
  );

/** Compares every CPU of every event, and the sums. */
function check(counts: readonly EventCount[], machine: Machine, valueOn: (seen: FakeCounts) => bigint): void {
  for (const [event, { total, perCpu }] of counts.entries()) {
    const seen = machine.map((events) => events[event] ?? nothing);
    const parts = seen.map((one) => (one.timeRunning > 0n ? valueOn(one) : undefined));
    const known = parts.filter((part) => part !== undefined);
    expect(total.status).toBe(known.length > 0 ? 'counted' : 'not counted');
    expect(total.value).toBe(known.reduce((sum, part) => sum + part, 0n));
    const shown = [...perCpu.values()].map(({ status, value, raw }) => ({ status, value, raw }));
    expect(shown).toEqual(
      parts.map((part, on) => ({
        status: part === undefined ? 'not counted' : 'counted',
        value: part ?? 0n,
        raw: seen[on],
      })),
    );
  }
}

it('multiplexed counters with known true rates are scaled right to the last digit', async () => {
  const rated = fc.record({ perNs: fc.bigInt({ min: 0n, max: 1n << 20n }), share: shareOf(1n << 43n) });
  await fc.assert(
    fc.asyncProperty(onMachine(rated), async (rates) => {
      const machine = rates.map((events) =>
        events.map(({ perNs, share: { enabled, running } }) => ({
          value: perNs * running,
          timeEnabled: enabled,
          timeRunning: running,
        })),
      );
      const counts = await counted(apart, machine);
      const truth = names.map((_, event) =>
        rates
          .flatMap((events) => events[event] ?? [])
          .reduce((sum, { perNs, share }) => sum + (share.running > 0n ? perNs * share.enabled : 0n), 0n),
      );
      expect(counts.map(({ total }) => total.value)).toEqual(truth);
    }),
  );
});

it('every CPU is scaled by its own share, rounded to the nearest, and then summed', async () => {
  await fc.assert(
    fc.asyncProperty(anyMachine, async (machine) => check(await counted(apart, machine), machine, expected)),
  );
});

it('so it is in groups, by the share of their leader', async () => {
  await fc.assert(
    fc.asyncProperty(anyMachine.map(asGrouped), async (machine) =>
      check(await counted(grouped, machine), machine, expected),
    ),
  );
});

it('without scaling, what was seen is what counts', async () => {
  await fc.assert(
    fc.asyncProperty(anyMachine, async (machine) =>
      check(await counted(apart, machine, { scale: false }), machine, ({ value }) => value),
    ),
  );
});

it('only what was scaled has an error, and its band never reaches below what was seen', async () => {
  await fc.assert(
    fc.asyncProperty(anyMachine, async (machine) => {
      for (const { total, perCpu } of await counted(apart, machine)) {
        for (const count of [total, ...perCpu.values()])
          expect(lowerBound(count)).toBeGreaterThanOrEqual(count.raw.value);
        for (const { raw, error } of perCpu.values()) {
          expect(error !== undefined).toBe(raw.timeRunning > 0n && raw.timeRunning < raw.timeEnabled);
        }
        expect(total.error !== undefined).toBe([...perCpu.values()].some(({ error }) => error !== undefined));
      }
    }),
  );
});

it('a CPU that went and came back is scaled clone by clone', async () => {
  const first = { value: (1n << 62n) + 1n, timeEnabled: 30n, timeRunning: 10n };
  const second = { value: 7n, timeEnabled: 1000n, timeRunning: 300n };
  const kernel = new FakeKernel();
  kernel.countsOf = () => first;
  const gang = Gang.open(kernel, request(apart.slice(0, 1), 2));
  gang.arm();
  gang.retirePlaces(({ cpu: on }) => on === cpu(1));
  kernel.countsOf = () => second;
  gang.addPlaces([{ cpu: cpu(1) }]);
  const [count] = aggregate(gang.events, gang.read().readings, gang.missing);
  expect(count?.perCpu.get(cpu(0))?.value).toBe(expected(second));
  expect(count?.perCpu.get(cpu(1))?.value).toBe(expected(first) + expected(second));
  expect(count?.total.value).toBe(expected(first) + 2n * expected(second));
});
