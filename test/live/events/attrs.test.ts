import { describe, expect, it } from 'vitest';
import { parseEvents } from '../../../src/events/parse';
import { resolveEvents } from '../../../src/events/resolve-events';
import { attrFor } from '../../../src/gang/plan';
import { LocalHost } from '../../../src/host/host';
import { RealKernel } from '../../../src/native/real-kernel';
import { needs } from '../needs';
import { hasPerf, isRoot } from '../run';
import { texts } from './event-texts';
import { type AttrFields, perfAttrs, printedAttr } from './perf-attrs';

const host = new LocalHost(new RealKernel());

function ours(text: string): AttrFields[] {
  const events = resolveEvents(parseEvents(text), host);
  return events.map((event, i) => printedAttr(attrFor(events, event, i, { inherit: true, enableOnExec: true })));
}

interface Difference {
  readonly texts: RegExp;
  readonly why: string;
  /** Takes the difference, and nothing else, out of perf's attrs and ours. */
  readonly adapt: (perf: readonly AttrFields[], ours: readonly AttrFields[]) => [AttrFields[], AttrFields[]];
}

const byConfig = (attrs: readonly AttrFields[]): AttrFields[] =>
  [...attrs].sort((a, b) => Number(a.config) - Number(b.config));

/** Every text for which the attrs differ, and why that is right. */
const differences: readonly Difference[] = [
  {
    texts: /\*/,
    why: 'perf opens what a glob matches in the order of the directory, syswide sorted by name',
    adapt: (perf, own) => [byConfig(perf), byConfig(own)],
  },
  {
    texts: /^msr\/[^u]*\/$/,
    why: 'syswide knows that this PMU takes no exclude bit; perf tries, is refused, and its last try is without',
    adapt: (perf, own) => [perf.slice(-1), [...own]],
  },
  {
    texts: /^\{cycles/,
    why: 'without hardware counters perf gives up at the leader, and prints no member',
    adapt: (perf, own) => [[...perf], own.slice(0, perf.length)],
  },
];

describe('the attrs that stat opens are those that perf stat opens', () => {
  needs(hasPerf && isRoot, 'perf and root');

  it('for a hundred texts at least', () => {
    expect(new Set(texts).size).toBeGreaterThanOrEqual(100);
  });

  it.each(texts)('%s', (text) => {
    const [all, wanted] = [perfAttrs(text), ours(text)];
    const difference = differences.find((one) => one.texts.test(text));
    const [perf, own] = difference?.adapt(all, wanted) ?? [all.slice(0, wanted.length), wanted];
    expect(own.length).toBeGreaterThan(0);
    expect(own).toEqual(perf);
  });
});
