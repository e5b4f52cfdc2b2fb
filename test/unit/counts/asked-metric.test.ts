import { describe, expect, it } from 'vitest';
import { ns } from '../../../src/base/units';
import { type AskedMetric, askedMetric, standsBehind } from '../../../src/counts/asked-metric';
import type { MetricContext } from '../../../src/counts/metric';
import { parseMetrics } from '../../../src/events/metric-spec';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { hardware, software } from '../../fake/events';

/** @param names by text of the formula; by default each text is the name of its event */
function asked(text: string, names: Readonly<Record<string, readonly string[]>> = {}): AskedMetric {
  const [spec] = parseMetrics(text);
  if (!spec) throw new Error(`no metric: ${text}`);
  const { name, unit, expression } = spec;
  const texts = [...new Set(spec.text.match(/[a-z][a-z-]+/g))];
  return {
    name,
    ...(unit === undefined ? {} : { unit }),
    formula: spec.text,
    expression,
    events: new Map(texts.map((own) => [own, names[own] ?? [own]])),
  };
}

const context = (...counts: readonly (readonly [ResolvedEvent, bigint])[]): MetricContext => ({
  counts: counts.map(([event, value]) => {
    const raw = { value, timeEnabled: 1n, timeRunning: 1n };
    return { event, count: { status: 'counted', value, raw } };
  }),
  elapsed: ns(1n),
  clockTimes: new Map(),
});

const inCgroup = (event: ResolvedEvent, name: string): ResolvedEvent =>
  ({ ...event, cgroup: { name } }) as unknown as ResolvedEvent;

const [cycles, instructions, faults] = [hardware('cpuCycles'), hardware('instructions'), software('pageFaults')];
const duration = software('dummy', { name: 'duration_time', kind: 'tool', tool: 'duration_time' });
const perCycle = asked('x=instructions / cycles');

describe('a metric that was asked for', () => {
  it('is made from the counts of its events', () => {
    expect(askedMetric(perCycle, instructions, context([cycles, 200n], [instructions, 300n], [faults, 9n]))).toEqual({
      value: 1.5,
      unit: 'x',
      decimals: 3,
      formula: 'instructions / cycles',
    });
  });

  it('counts an event once, though it is counted twice', () => {
    const twice = context([cycles, 200n], [cycles, 200n], [instructions, 300n]);
    expect(askedMetric(perCycle, instructions, twice).value).toBe(1.5);
    const merged = asked('x=instructions / cycles', { cycles: ['cycles', 'cycles'] });
    expect(askedMetric(merged, instructions, twice).value).toBe(1.5);
  });

  it('adds up the events that one text stands for', () => {
    const [big, small] = ['cpu_core/cycles/', 'cpu_atom/cycles/'].map((name) => hardware('cpuCycles', { name }));
    const hybrid = asked('x=instructions / cycles', { cycles: ['cpu_core/cycles/', 'cpu_atom/cycles/'] });
    if (!big || !small) throw new Error('two of them');
    expect(askedMetric(hybrid, instructions, context([big, 50n], [small, 150n], [instructions, 100n])).value).toBe(0.5);
  });

  it('has the time that was counted for wall time, which of whole CPUs began before the start', () => {
    const clock = software('taskClock');
    const utilized = asked('x=task-clock / duration', { duration: ['duration_time'] });
    const counts = { ...context([clock, 2400n], [duration, 1000n]), elapsed: ns(1200n) };
    expect(askedMetric(utilized, clock, counts).value).toBe(2);
  });

  it('has the time that it lasted for wall time alone, and beside the times of the command', () => {
    const user = software('dummy', { name: 'user_time', kind: 'tool', tool: 'user_time' });
    const share = asked('x=user / duration', { duration: ['duration_time'], user: ['user_time'] });
    const counts = { ...context([user, 500n], [duration, 1000n]), elapsed: ns(1200n) };
    expect(askedMetric(share, user, counts).value).toBe(0.5);
    expect(askedMetric(asked('x=duration', { duration: ['duration_time'] }), user, counts).value).toBe(1000);
  });

  it('is not a number where a count is missing, or something is divided by nothing', () => {
    expect(askedMetric(perCycle, instructions, context([instructions, 1n])).value).toBeNaN();
    expect(askedMetric(perCycle, instructions, context([instructions, 1n], [cycles, 0n])).value).toBeNaN();
  });

  it('is made from the counts of its own cgroup', () => {
    const counts = context(
      [inCgroup(instructions, 'a'), 10n],
      [inCgroup(cycles, 'a'), 10n],
      [inCgroup(instructions, 'b'), 90n],
      [inCgroup(cycles, 'b'), 30n],
      [cycles, 5n],
    );
    expect(askedMetric(perCycle, inCgroup(instructions, 'a'), counts).value).toBe(1);
    expect(askedMetric(perCycle, inCgroup(instructions, 'b'), counts).value).toBe(3);
    expect(askedMetric(perCycle, instructions, counts).value).toBeNaN();
  });

  it.each([
    ['1 / 3', 4],
    ['1000 / 3', 3],
    ['1 / 3000', 7],
    ['1 / 3e30', 12],
    ['0', 3],
    ['1 / 0', 3],
  ])('%s has %i decimals', (formula, decimals) => {
    expect(askedMetric(asked(`x=${formula}`), instructions, context()).decimals).toBe(decimals);
  });
});

describe('where it stands', () => {
  it('is behind the first event that it is made from, in every cgroup', () => {
    expect(standsBehind(perCycle, instructions, [faults, instructions])).toBe(true);
    const inEach = ['a', 'b'].map((name) => inCgroup(instructions, name));
    expect(inEach.map((event) => standsBehind(perCycle, event, inEach))).toEqual([true, true]);
    expect(standsBehind(perCycle, cycles, [cycles, instructions])).toBe(false);
  });

  it('is behind one of several events of that name, which have other filters', () => {
    const [filtered, all] = [{ ...instructions, filter: 'id == 1' }, { ...instructions }];
    expect([filtered, all].map((event) => standsBehind(perCycle, event, [cycles, filtered, all]))).toEqual([
      true,
      false,
    ]);
  });

  it('stays behind what is called otherwise since it was changed, and is still made from it', () => {
    const moved = { ...instructions, name: 'moved', nameBefore: instructions.name };
    expect(standsBehind(perCycle, moved, [cycles, moved])).toBe(true);
    expect(askedMetric(perCycle, moved, context([cycles, 200n], [moved, 300n])).value).toBe(1.5);
  });

  it('is behind what every part has, and not behind a tool event', () => {
    const perTime = asked('x=duration / instructions', { duration: ['duration_time'] });
    const inEach = ['a', 'b'].map((name) => inCgroup(instructions, name));
    const all = [duration, ...inEach];
    expect(all.map((event) => standsBehind(perTime, event, all))).toEqual([false, true, true]);
    const lasting = (event: ResolvedEvent) => ({ ...context([duration, 8n], [event, 2n]), elapsed: ns(8n) });
    expect(inEach.map((event) => askedMetric(perTime, event, lasting(event)).value)).toEqual([4, 4]);
    const alone = asked('x=duration * 2', { duration: ['duration_time'] });
    expect(all.map((event) => standsBehind(alone, event, all))).toEqual([true, false, false]);
  });

  it('is behind the first of all when it is made from none', () => {
    expect(standsBehind(asked('x=1 + 1'), faults, [faults, cycles])).toBe(true);
    expect(standsBehind(asked('x=1 + 1'), faults, [cycles, faults])).toBe(false);
  });
});
