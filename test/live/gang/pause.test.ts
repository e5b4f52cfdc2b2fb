import { expect, it } from 'vitest';
import { addCounts, noCounts } from '../../../src/abi/counts';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang } from '../../../src/gang/gang';
import { LocalHost } from '../../../src/host/host';
import { software } from '../../fake/events';
import { kernel, need } from '../native/machine';

const host = new LocalHost(kernel);

/** Any system call: an event of another PMU than the software events that lead. */
const systemCalls = (more: Partial<ResolvedEvent> = {}): ResolvedEvent => ({
  ...software('dummy'),
  name: 'raw_syscalls:sys_enter',
  kind: 'tracepoint',
  attr: { type: 2, config: BigInt(host.tracefs().format({ system: 'raw_syscalls', event: 'sys_enter' })?.id ?? 0) },
  ...more,
});

const readsShared = () => [software('pageFaults'), software('cpuClock'), systemCalls()];
const grouped = () => [
  software('pageFaults', { leader: 0 }),
  software('cpuClock', { leader: 0 }),
  systemCalls({ leader: 0 }),
];

const spend = (ms: number) => {
  // Looks at a clock by a system call each time.
  for (const until = performance.now() + ms; performance.now() < until; ) process.cpuUsage();
};

it.for([
  ['that share their reads', readsShared],
  ['that are a group', grouped],
] as const)('events %s all count again after a pause', ([, events], context) => {
  const open = () =>
    Gang.open(kernel, {
      events: events(),
      target: { kind: 'cpus', cpus: host.cpus().online },
      mayMiss: () => false,
      placesMayGo: false,
      context: { permission: () => ({ why: 'not allowed', remedy: '' }), fdLimit: () => undefined },
    });
  need(context, () => open().close());
  const gang = open();
  const counts = () => {
    const { readings } = gang.read();
    return [0, 1, 2].map((event) =>
      readings.filter((one) => one.event === event).reduce((sum, one) => addCounts(sum, one.counts), noCounts),
    );
  };
  try {
    for (let round = 0; round < 3; round += 1) {
      const before = counts();
      gang.arm();
      spend(40);
      gang.pause();
      const after = counts();
      const [clock, calls] = [1, 2].map((event) => {
        const [a, b] = [before[event] ?? noCounts, after[event] ?? noCounts];
        return { value: b.value - a.value, time: b.timeEnabled - a.timeEnabled };
      });
      expect(Number(clock?.value) / Number(clock?.time)).toBeGreaterThan(0.99);
      expect(calls?.value).toBeGreaterThan(0n);
      spend(5);
      expect(counts()).toEqual(after);
    }
  } finally {
    gang.close();
  }
});
