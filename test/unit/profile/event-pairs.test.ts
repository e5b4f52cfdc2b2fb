import { describe, expect, it } from 'vitest';
import { PerfType } from '../../../src/abi/perf-event';
import { pairedEvent } from '../../../src/profile/event-pairs';

const software = (name: string, config = 0n) => ({ name, type: PerfType.software, config });
const clock = software('cpu-clock');
const precise = software('cpu-clock:ppp');
const faults = software('page-faults', 2n);

describe('the event that another one is compared with', () => {
  it('is that of the same name', () => {
    expect(pairedEvent(clock, [clock], [precise, clock])).toBe(clock);
  });

  it('or else one that counts the same, with other modifiers', () => {
    expect(pairedEvent(clock, [clock, faults], [faults, precise])).toBe(precise);
    expect(pairedEvent(clock, [clock], [faults])).toBeUndefined();
  });

  it('is none that another event has by its name', () => {
    expect(pairedEvent(clock, [clock, precise], [precise])).toBeUndefined();
  });

  it('has its name where numbers are of one machine, or tell nothing', () => {
    for (const type of [PerfType.tracepoint, PerfType.breakpoint, 12]) {
      const [one, other] = [
        { name: 'a', type, config: 0n },
        { name: 'b', type, config: 0n },
      ];
      expect(pairedEvent(one, [one], [other])).toBeUndefined();
      expect(pairedEvent(one, [one], [other, { ...one }])).toEqual(one);
    }
  });
});
