import { expect, it } from 'vitest';
import { defaultEvents } from '../../../src/events/default-events';
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
