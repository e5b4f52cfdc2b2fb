import { constants } from 'node:os';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { probedGroups } from '../../../../src/cli/list/list-probed-groups';
import type { ListedEvent, ListedKind } from '../../../../src/events/catalogue/listed-event';
import type { Host, LocalHost } from '../../../../src/host/host';
import { readPrivileges } from '../../../../src/host/privileges';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles } from '../../../fake-host';
import { fakeMachine } from '../../events/fake-machine';

const machine = fakeMachine('server');
afterAll(machine.close);
let kernel: FakeKernel;
beforeEach(() => {
  kernel = new FakeKernel();
});

const local = machine.host as LocalHost;
/** The fake machine has no /proc, where rights are read: allow everything. */
const host: Host = {
  files: local.files,
  topology: local.topology,
  pmus: local.pmus,
  processes: local.processes,
  privileges: readPrivileges(new FakeFiles({ '/proc/sys/kernel/perf_event_paranoid': '-1\n' })),
  cpus: () => local.cpus(),
  limits: () => local.limits(),
  perfHolders: () => local.perfHolders(),
  tracefs: () => local.tracefs(),
  close: () => {},
};

const event = (name: string, kind: ListedKind): ListedEvent => ({ name, kind });
const probed = (events: readonly ListedEvent[]) =>
  [...probedGroups([{ title: 't', entries: events.map((one) => ({ event: one })) }], kernel, host)].flatMap(
    ({ entries }) => entries.map(({ probe }) => probe),
  );

const software = ['cpu-clock', 'task-clock', 'dummy'].map((name) => event(name, 'software'));

it('opens each once, and leaves none open', () => {
  expect(probed(software).map((probe) => probe?.countable)).toEqual([true, true, true]);
  expect(kernel.calls.filter((call) => call.startsWith('open'))).toHaveLength(3);
  expect(kernel.calls.filter((call) => call.startsWith('close'))).toEqual(['close:3']);
  expect(kernel.openFds.size).toBe(0);
});

it('goes on behind one that is refused, and says why', () => {
  kernel.refuseOpen = (_request, { type }) => (type === 0 ? constants.errno.ENOENT : 0);
  const outcomes = probed([event('dummy', 'software'), event('cycles', 'hardware'), event('page-faults', 'software')]);
  expect(outcomes.map((probe) => probe?.countable)).toEqual([true, false, true]);
  expect(outcomes[1]?.reason).toMatch(/no hardware counter/);
  expect(kernel.openFds.size).toBe(0);
});

it('does not blame an event for the limit of open files', () => {
  let open = 0;
  kernel.refuseOpen = () => (open++ % 2 === 1 ? constants.errno.EMFILE : 0);
  expect(probed(software).map((probe) => probe?.countable)).toEqual([true, true, true]);
});

it('opens events on the CPUs of their PMU', () => {
  probed([event('arm_smmu_c0ffee/event=1/', 'pmu')]);
  expect(kernel.calls[0]).toBe('open:33/1@-1/2');
});

it('tells what cannot be opened at all, and leaves patterns alone', () => {
  const [param, tool, pattern] = probed([
    event('cpu/param/', 'pmu'),
    event('duration_time', 'tool'),
    { ...event('rNNN', 'raw'), isPattern: true },
  ]);
  expect(param).toMatchObject({ countable: false });
  expect(tool).toEqual({ countable: true, reason: 'syswide counts it itself' });
  expect(pattern).toBeUndefined();
  expect(kernel.calls).toEqual([]);
});

it('lets the first tracepoint of a system speak for thousands', () => {
  const many = Array.from({ length: 100 }, () => event('sched:sched_switch', 'tracepoint'));
  kernel.fail('open', 1, constants.errno.EBUSY);
  const outcomes = probed(many);
  expect(outcomes.slice(0, 3).map((probe) => [probe?.countable, probe?.inferred])).toEqual([
    [false, undefined],
    [true, undefined],
    [true, true],
  ]);
  expect(kernel.calls.filter((call) => call.startsWith('open'))).toHaveLength(2);
});

it('opens each of a few tracepoints', () => {
  const few = Array.from({ length: 64 }, () => event('sched:sched_switch', 'tracepoint'));
  expect(probed(few).some((probe) => probe?.inferred)).toBe(false);
});
