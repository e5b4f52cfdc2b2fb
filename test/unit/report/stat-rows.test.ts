import { describe, expect, it } from 'vitest';
import { cpu, ns, tid } from '../../../src/base/units';
import { aggregate, type Count, notCounted } from '../../../src/counts/event-count';
import { meanResult } from '../../../src/counts/mean-result';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import type { Reading } from '../../../src/gang/reading';
import { CpuMask } from '../../../src/host/cpu-mask';
import { type RowSource, statRows } from '../../../src/report/stat-rows';
import { hardware, software } from '../../fake/events';
import { commandByCpu } from '../../fake/stat-results';
import { byCpu, byThread, byUnit, global } from '../../fake/stat-views';

const faults = software('pageFaults');
const duration = software('dummy', { name: 'duration_time', kind: 'tool', tool: 'duration_time' });

const reading = (event: number, place: Reading['place'], value: bigint): Reading => ({
  event,
  place,
  counts: { value, timeEnabled: 10n, timeRunning: 10n },
});

const source = (
  events: readonly ResolvedEvent[],
  readings: readonly Reading[],
  missing: readonly number[] = [],
  cpus = '0-1',
): RowSource => ({
  subject: { kind: 'system', cpus: CpuMask.parse(cpus) },
  counts: aggregate(events, readings, new Set(missing)),
  elapsed: ns(10n),
});

const shown = (rows: ReturnType<typeof statRows>) =>
  rows.map(({ part, event, count }) => {
    const where = part?.kind === 'cpu' ? `cpu${part.cpu}` : part?.kind === 'thread' ? `${part.tid}` : part?.label;
    return [where, event.name, count.status === 'counted' ? count.value : count.status];
  });

describe('rows', () => {
  const events = [faults, hardware('cpuCycles'), duration];
  const counted = source(events, [reading(0, { cpu: cpu(1) }, 7n), reading(0, { cpu: cpu(0) }, 3n)], [1]);
  const [, , time] = counted.counts;
  const total: Count = { status: 'counted', value: 10n, raw: { value: 10n, timeEnabled: 10n, timeRunning: 10n } };
  const withTime: RowSource = {
    ...counted,
    counts: [
      ...counted.counts.slice(0, 2),
      ...(time ? [{ ...time, event: time.event, total, perCpu: new Map(), perThread: new Map() }] : []),
    ],
  };

  it('of the whole are one for each event', () => {
    expect(shown(statRows(withTime, { aggregation: global }))).toEqual([
      [undefined, 'page-faults', 10n],
      [undefined, 'cycles', 'not supported'],
      [undefined, 'duration_time', 10n],
    ]);
  });

  it('by CPU have what is not there on every one, and what is no CPU’s on the first', () => {
    expect(shown(statRows(withTime, { aggregation: byCpu }))).toEqual([
      ['cpu0', 'page-faults', 3n],
      ['cpu1', 'page-faults', 7n],
      ['cpu0', 'cycles', 'not supported'],
      ['cpu1', 'cycles', 'not supported'],
      ['cpu0', 'duration_time', 10n],
    ]);
  });

  it('by unit go unit after unit', () => {
    expect(shown(statRows(withTime, { aggregation: byUnit('core') }))).toEqual([
      ['S0-D0-C0', 'page-faults', 3n],
      ['S0-D0-C0', 'cycles', 'not supported'],
      ['S0-D0-C0', 'duration_time', 10n],
      ['S0-D0-C1', 'page-faults', 7n],
      ['S0-D0-C1', 'cycles', 'not supported'],
    ]);
  });

  it('leave out CPUs on which an event is not counted, and have those that came meanwhile', () => {
    const uncore = source(
      [faults, hardware('instructions')],
      [reading(0, { cpu: cpu(0) }, 1n), reading(0, { cpu: cpu(3) }, 2n), reading(1, { cpu: cpu(0) }, 5n)],
    );
    expect(shown(statRows(uncore, { aggregation: byCpu }))).toEqual([
      ['cpu0', 'page-faults', 1n],
      ['cpu3', 'page-faults', 2n],
      ['cpu0', 'instructions', 5n],
    ]);
  });
});

describe('rows of what nothing was opened for', () => {
  const total: Count = { status: 'counted', value: 10n, raw: { value: 10n, timeEnabled: 10n, timeRunning: 10n } };
  const time = { event: duration, total, perCpu: new Map(), perThread: new Map() };
  const [missing] = source([hardware('cpuCycles')], [], [0]).counts;
  const counts = missing ? [time, missing] : [];
  const own: RowSource = { subject: { kind: 'command' }, counts, elapsed: ns(10n) };

  it('stand with the CPUs that there are', () => {
    expect(shown(statRows(own, { aggregation: byCpu }))).toEqual([
      ['cpu0', 'duration_time', 10n],
      ['cpu0', 'cycles', 'not supported'],
      ['cpu1', 'cycles', 'not supported'],
    ]);
  });

  it('stand with the units that there are', () => {
    expect(shown(statRows(own, { aggregation: byUnit('core') }))).toEqual([
      ['S0-D0-C0', 'duration_time', 10n],
      ['S0-D0-C0', 'cycles', 'not supported'],
      ['S0-D0-C1', 'cycles', 'not supported'],
    ]);
  });

  it('stand with the threads that there were', () => {
    const aggregation = { ...byThread, onlyBusy: false };
    expect(shown(statRows(own, { aggregation }))).toEqual([
      ['7', 'duration_time', 10n],
      ['7', 'cycles', 'not supported'],
      ['8', 'cycles', 'not supported'],
    ]);
    expect(shown(statRows(own, { aggregation: byThread }))).toEqual([
      ['7', 'duration_time', 10n],
      ['7', 'cycles', 'not supported'],
    ]);
  });
});

describe('rows by thread', () => {
  const events = [faults, hardware('cpuCycles'), software('contextSwitches')];
  const readings = [
    reading(0, { tid: tid(7) }, 3n),
    reading(0, { tid: tid(8) }, 9n),
    reading(0, { tid: tid(9) }, 0n),
    reading(2, { tid: tid(7) }, 2n),
    reading(2, { tid: tid(8) }, 0n),
    reading(2, { tid: tid(9) }, 4n),
  ];
  const counted = source(events, readings, [1]);

  it('begin with the busiest of each event', () => {
    const aggregation = { ...byThread, commOf: () => 'a', onlyBusy: false } as const;
    expect(shown(statRows(counted, { aggregation }))).toEqual([
      ['8', 'page-faults', 9n],
      ['7', 'page-faults', 3n],
      ['9', 'page-faults', 0n],
      ['7', 'cycles', 'not supported'],
      ['8', 'cycles', 'not supported'],
      ['9', 'cycles', 'not supported'],
      ['9', 'context-switches', 4n],
      ['7', 'context-switches', 2n],
      ['8', 'context-switches', 0n],
    ]);
  });

  it('leave out the idle ones of a whole machine, and say once what is not there', () => {
    expect(shown(statRows(counted, { aggregation: byThread }))).toEqual([
      ['8', 'page-faults', 9n],
      ['7', 'page-faults', 3n],
      ['7', 'cycles', 'not supported'],
      ['9', 'context-switches', 4n],
      ['7', 'context-switches', 2n],
    ]);
  });
});

describe('rows of several runs', () => {
  it('add up what each run counted, run by run', () => {
    const mean = meanResult([commandByCpu, commandByCpu, commandByCpu].map((run) => ({ ...run, endedBy: 'timeout' })));
    const [, pageFaults] = statRows(mean, { aggregation: byUnit('socket') });
    expect(pageFaults?.count).toMatchObject({ value: 50n, samples: [50n, 50n, 50n] });
  });

  it('tell no deviation where a part of a run never had its turn', () => {
    const [clock, pageFaults] = commandByCpu.counts;
    if (!clock || !pageFaults) throw new Error('two events');
    const [first, [other] = [cpu(1)]] = pageFaults.perCpu;
    if (!first) throw new Error('two CPUs');
    const onOne = {
      event: pageFaults.event,
      total: pageFaults.total,
      perCpu: new Map([first, [other, { ...notCounted, raw: { value: 0n, timeEnabled: 9n, timeRunning: 0n } }]]),
      perThread: new Map(),
    };
    const runs = [commandByCpu, { ...commandByCpu, counts: [clock, onOne] }] as const;
    const mean = meanResult(runs.map((run) => ({ ...run, endedBy: 'timeout' })));
    const [, row] = statRows(mean, { aggregation: byUnit('socket') });
    expect(row?.count.samples).toBeUndefined();
  });
});
