import { expect, it } from 'vitest';
import { tid } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { Gang } from '../../../src/gang/gang';
import { software } from '../../fake/events';
import { kernel, need } from '../native/machine';
import { start } from '../run';

const group = (['pageFaults', 'contextSwitches', 'cpuMigrations', 'minorFaults'] as const).map(
  (name): ResolvedEvent => software(name, { leader: 0 }),
);

/** Waits for a line before it forks, one child after the other. */
const forks = 'read go; i=0; while [ $i -lt 1500 ]; do (:) & (:); wait; i=$((i+1)); done';

it('a group that children inherit can be read while they end', async (context) => {
  const load = start('sh', ['-c', forks]);
  const open = () =>
    Gang.open(kernel, {
      events: group,
      target: { kind: 'tasks', tids: [tid(load.process.pid ?? 0)], inherit: true, enableOnExec: false },
      mayMiss: () => false,
      placesMayGo: false,
      context: { permission: () => ({ why: 'not allowed', remedy: '' }), fdLimit: () => undefined },
    });
  need(context, () => open().close());
  const gang = open();
  gang.arm();
  load.process.stdin?.write('go\n');
  let hasEnded = false;
  void load.ended.then(() => {
    hasEnded = true;
  });
  while (!hasEnded) {
    for (let i = 0; i < 1000; i += 1) expect(gang.read().readings).toHaveLength(group.length);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const values = gang.read().readings.map(({ counts }) => counts.value);
  expect(values[0]).toBeGreaterThan(1500n);
  gang.close();
});
