import { describe, expect, it } from 'vitest';
import { PerfType } from '../../../src/abi/perf-event';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { sampled, sideBandEvent } from '../../../src/events/sampling';
import { eventsToFilter, eventsToReopen } from '../../../src/gang/clone-change';
import { changedEvents } from '../../../src/gang/event-change';
import { hardware, software } from '../../fake/events';

const breakpoint = (name: string) =>
  software('dummy', {
    name,
    kind: 'breakpoint',
    attr: { type: PerfType.breakpoint, config: 0n, config1: 0x1000n, bpType: 2 },
  });

describe('a breakpoint that is moved', () => {
  it.each([
    ['mem:0x1000:w', 'mem:0x2000/4:w'],
    ['mem:0x1000:w:u', 'mem:0x2000/4:w:u'],
    ['mem:0x1000/4:u', 'mem:0x2000/4:w:u'],
    ['mem:0x1000:wu', 'mem:0x2000/4:w:u'],
    ['mem:0x1000:rwk', 'mem:0x2000/4:w:k'],
    ['mem:0x1000/4:w:ukD', 'mem:0x2000/4:w:ukD'],
    ['mem:jiffies@./prog:w', 'mem:0x2000/4:w'],
    // A symbol whose name is letters of modifiers.
    ['mem:bk', 'mem:0x2000/4:w'],
  ])('%s is called what it watches then, with its modifiers: %s', (before, after) => {
    const [moved] = changedEvents([breakpoint(before)], { breakpoint: { address: 0x2000n } });
    expect(moved).toMatchObject({ name: after, nameBefore: before, attr: { config1: 0x2000n } });
  });

  it('twice keeps the name that it had first for what was made of it', () => {
    const once = changedEvents([breakpoint('mem:0x1000:w')], { breakpoint: { address: 0x2000n } });
    const [twice] = changedEvents(once, { breakpoint: { length: 8 } });
    expect(twice).toMatchObject({ name: 'mem:0x2000/8:w', nameBefore: 'mem:0x1000:w' });
  });
});

it('another filter leaves alone what leaves syswide itself out', () => {
  const event: ResolvedEvent = {
    name: 'sys:event',
    kind: 'tracepoint',
    attr: { type: 2, config: 1n },
    scale: 1,
    unit: '',
    filter: '(a == 1) && (common_pid != 7)',
    lastingFilter: 'common_pid != 7',
  };
  const filterOf = (filter: string) => changedEvents([event], { filter })[0]?.filter;
  expect(filterOf('a == 2')).toBe('(a == 2) && (common_pid != 7)');
  expect(filterOf('')).toBe('common_pid != 7');
});

const often = { frequency: 4000n, addresses: false, weight: false };
const seldom = { period: 1000n, addresses: false, weight: false };
const sideBand = sideBandEvent({ dataMaps: false, kernelSymbols: false });

const ratesOf = (events: readonly ResolvedEvent[]) =>
  events.map(({ attr }) => [attr.samplePeriod, attr.flags?.freq ?? false]);

describe('another period', () => {
  it('is one of events, also of what was sampled by frequency', () => {
    const events = [sampled(hardware('cpuCycles'), often), sampled(software('cpuClock'), seldom), sideBand];
    expect(ratesOf(changedEvents(events, { period: 50n }))).toEqual([
      [50n, false],
      [50n, false],
      [1n, false],
    ]);
  });

  it('is not for what cannot tell it in its samples', () => {
    for (const rate of [often, seldom]) {
      const events = [sampled(software('pageFaults'), rate), sideBand];
      expect(() => changedEvents(events, { period: 50n })).toThrow(expect.objectContaining({ code: 'USAGE' }));
    }
  });

  it('takes opening anew where the kernel would take it for a frequency, or not tell it', () => {
    const events = [
      sampled(hardware('cpuCycles'), seldom),
      sampled(hardware('cpuCycles'), often),
      sampled(software('cpuClock'), seldom),
    ];
    const reopened = (period: bigint) => [...eventsToReopen(events, changedEvents(events, { period }), [])];
    expect(reopened(50n)).toEqual([1, 2]);
    expect(reopened(1000n)).toEqual([1]);
    expect(reopened(4000n)).toEqual([1, 2]);
  });

  it('is refused where that would lose what children inherit', () => {
    const [cycles, byFrequency] = [sampled(hardware('cpuCycles'), seldom), sampled(hardware('cpuCycles'), often)];
    const filtered = (events: readonly ResolvedEvent[]) => [
      ...eventsToFilter(events, changedEvents(events, { period: 50n })),
    ];
    expect(filtered([cycles])).toEqual([]);
    for (const event of [byFrequency, sampled(software('cpuClock'), seldom)]) {
      expect(() => filtered([cycles, event])).toThrow(expect.objectContaining({ code: 'CONTROL_FAILED' }));
    }
  });
});
