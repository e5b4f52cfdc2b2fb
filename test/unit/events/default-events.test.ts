import { describe, expect, it } from 'vitest';
import { defaultEvents, detailedEvents } from '../../../src/events/default-events';
import { parseEvents } from '../../../src/events/parse';
import { knownSymbol } from '../../../src/events/symbols';

it('is the set of perf 6.1 stat, in its order', () => {
  expect(defaultEvents(false).map(({ name }) => name)).toEqual([
    'task-clock',
    'context-switches',
    'cpu-migrations',
    'page-faults',
    'cycles',
    'stalled-cycles-frontend',
    'stalled-cycles-backend',
    'instructions',
    'branches',
    'branch-misses',
  ]);
  expect(defaultEvents(true)[0]?.name).toBe('cpu-clock');
});

it('expects software events everywhere and hardware events on real machines', () => {
  const kinds = defaultEvents(true).map(({ name, mayBeMissing }) => [knownSymbol(name)?.kind, mayBeMissing]);
  expect(new Set(kinds.map(String))).toEqual(new Set(['software,false', 'hardware,true']));
});

it('leaves the rare ones out where they are not there', () => {
  const rare = defaultEvents(true).flatMap(({ name, onlyIfThere }) => (onlyIfThere ? [name] : []));
  expect(rare).toEqual(['stalled-cycles-frontend', 'stalled-cycles-backend']);
});

describe('details', () => {
  it.each([
    [0, 0],
    [1, 4],
    [2, 10],
    [3, 12],
    [7, 12],
  ])('-d given %i times adds %i events, known by name, that may be missing', (detail, events) => {
    const added = detailedEvents(detail);
    expect(added).toHaveLength(events);
    expect(new Set(added.map(({ name }) => name)).size).toBe(events);
    expect(added.every(({ mayBeMissing, onlyIfThere }) => mayBeMissing && !onlyIfThere)).toBe(true);
    expect(() => parseEvents(added.map(({ name }) => name).join(',') || 'cycles')).not.toThrow();
  });
});
