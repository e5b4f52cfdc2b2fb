import { afterAll, describe, expect, it } from 'vitest';
import { statEvents } from '../../../../src/cli/stat/stat-events';
import type { StatTarget } from '../../../../src/cli/stat/stat-target-option';
import type { Host } from '../../../../src/host/host';
import { HostFiles } from '../../../../src/host/host-files';
import { readPrivileges } from '../../../../src/host/privileges';
import { fakeMachine } from '../../events/fake-machine';

const server = fakeMachine('server');
afterAll(() => server.close());
const allowed = { allowed: true, reason: 'it may' } as const;
const host = {
  ...server.host,
  pmus: server.host.pmus,
  cpus: () => server.host.cpus(),
  files: new HostFiles('/nonexistent'),
  privileges: { ...readPrivileges(new HostFiles('/nonexistent')), mayCountKernel: allowed },
} as unknown as Host;

const nothing = {
  metrics: [],
  detail: 0,
  none: false,
  cgroups: [],
  forEachCgroup: [],
  privilege: undefined,
  inherit: true,
};
const choose = (text: string, target: StatTarget) =>
  statEvents({ ...nothing, texts: [{ text, filters: [] }] }, target, host);

describe('an event outside of the cores', () => {
  it('is counted on whole CPUs', () => {
    expect(choose('uncore_imc/clockticks/', { kind: 'system' }).events).toHaveLength(3);
    expect(choose('uncore_imc/clockticks/', { kind: 'cpus', list: '0-1' }).events).toHaveLength(3);
  });

  it.each(['command', 'processes'] as const)('is refused for a %s', (kind) => {
    const target: StatTarget = kind === 'command' ? { kind } : { kind, ids: [1] };
    expect(() => choose('uncore_imc/clockticks/', target)).toThrow(/in a task — uncore_imc_0 counts for whole CPUs/);
  });

  it('is refused on CPUs that cannot read it', () => {
    const onOthers: StatTarget = { kind: 'cpus', list: '1-3' };
    expect(() => choose('uncore_imc/clockticks/', onOthers)).toThrow(/on CPU 1-3 — it can be counted on CPU 0,4 only/);
  });
});

it('a group over several PMUs is told to be counted apart', () => {
  const { notices } = choose('{cycles,uncore_imc/clockticks/}', { kind: 'system' });
  expect(notices.join()).toMatch(/PMU by PMU.*cycles, uncore_imc/);
});

it('probes of tasks are told not to be handed on', () => {
  const text = 'uprobe:/proc/self/exe:main';
  expect(choose(text, { kind: 'command' }).notices.join()).toMatch(/does not hand probes on/);
  expect(choose(text, { kind: 'system' }).notices).toEqual([]);
});
