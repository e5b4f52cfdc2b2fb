import { describe, expect, it } from 'vitest';
import { cpu, tid } from '../../../src/base/units';
import { aggregate } from '../../../src/counts/event-count';
import type { Reading } from '../../../src/gang/reading';
import { hardware, software } from '../../fake/events';

const reading = (n: number, value: bigint, timeEnabled: bigint, timeRunning: bigint, task = 7): Reading => ({
  event: 0,
  place: { cpu: cpu(n), tid: tid(task) },
  counts: { value, timeEnabled, timeRunning },
});

describe('a task that moved between CPUs', () => {
  it('is not taken for multiplexed', () => {
    const [count] = aggregate(
      [software('pageFaults')],
      [reading(0, 30n, 1000n, 299n), reading(1, 70n, 1000n, 700n)],
      new Set(),
    );
    expect(count?.total.value).toBe(100n);
    expect([...(count?.perCpu.values() ?? [])].map(({ value }) => value)).toEqual([30n, 70n]);
    expect(count?.total.raw).toEqual({ value: 100n, timeEnabled: 999n, timeRunning: 999n });
  });

  it('is scaled by what its counters missed on all CPUs, where they took turns', () => {
    const readings = [reading(0, 30n, 1000n, 100n), reading(1, 70n, 1000n, 300n), reading(1, 5n, 50n, 50n, 8)];
    const [count] = aggregate([hardware('cpuCycles')], readings, new Set());
    expect([...(count?.perCpu.values() ?? [])].map(({ value }) => value)).toEqual([75n, 180n]);
    expect(count?.total.value).toBe(255n);
  });

  it('has no count where its counters never had a turn', () => {
    const [count] = aggregate(
      [hardware('cpuCycles')],
      [reading(0, 0n, 1000n, 0n), reading(1, 0n, 1000n, 0n)],
      new Set(),
    );
    expect(count?.total.status).toBe('not counted');
    expect(count?.total.raw.timeEnabled).toBe(2000n);
  });
});
