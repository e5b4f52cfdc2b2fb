import { expect, it } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { ReadFormat } from '../../../src/abi/perf-event';
import { COUNTING_READ_FORMAT } from '../../../src/abi/read-format';
import { cpu, tid } from '../../../src/base/units';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { attrFor, mayInherit, planGang } from '../../../src/gang/plan';
import { CpuMask } from '../../../src/host/cpu-mask';
import { software } from '../../fake/events';

const probe = software('dummy', { kind: 'probe', config1Text: '/bin/prog' });
const inheriting = { inherit: true, enableOnExec: false };

it('a probe is never inherited, and neither is its group: the fork would fail', () => {
  const events = [software('pageFaults', { leader: 0 }), { ...probe, leader: 0 }, probe, software('pageFaults')];
  expect(events.map((event) => mayInherit(events, event))).toEqual([false, false, false, true]);
  expect(attrFor(events, probe, 2, inheriting).flags?.inherit).toBeUndefined();
});

it('a text goes along with each of its clones', () => {
  const { requests } = planGang([probe], [{ cpu: cpu(0) }, { cpu: cpu(1) }], inheriting, () => true);
  expect(requests.map((request) => request.config1Text)).toEqual(['/bin/prog', '/bin/prog']);
});

it('tool events are not opened, and lead nobody', () => {
  const events = [software('dummy', { kind: 'tool', tool: 'duration_time' }), software('pageFaults', { leader: 1 })];
  const { clones, requests } = planGang(events, [{ tid: tid(7) }], inheriting, () => true);
  expect(clones.map(({ event }) => event)).toEqual([1]);
  expect(requests[0]).not.toHaveProperty('leader');
});

it('a member whose leader is counted on other CPUs only stands alone, and starts when it is told to', () => {
  const [first, second] = [CpuMask.parse('0'), CpuMask.parse('1')];
  const events = [
    software('contextSwitches', { leader: 0, cpus: first }),
    software('pageFaults', { leader: 0, cpus: second }),
  ];
  const mode = { inherit: false, enableOnExec: false };
  const { clones, requests } = planGang(events, [{ cpu: cpu(0) }, { cpu: cpu(1) }], mode, () => true);
  expect(clones).toEqual([
    { event: 0, place: { cpu: 0 }, leader: 0, members: 2 },
    { event: 1, place: { cpu: 1 } },
  ]);
  expect(requests[1]).not.toHaveProperty('leader');
  expect(requests[1]?.attr).toEqual(encodeAttr(attrFor(events, events[1] as ResolvedEvent, 1, mode, 'alone')));
});

it('a group whose events are to tell of their losses is read one by one: reads of all of them do not tell', () => {
  const asked = (leader: number) => {
    const event = software('pageFaults', { leader });
    return { ...event, attr: { ...event.attr, readFormat: ReadFormat.lost } };
  };
  const events = [asked(0), asked(0)];
  const { clones } = planGang(events, [{ cpu: cpu(0) }], inheriting, () => true);
  expect(clones.map(({ leader, members }) => [leader, members])).toEqual([
    [0, undefined],
    [0, undefined],
  ]);
  for (const [index, event] of events.entries()) {
    expect(attrFor(events, event, index, inheriting).readFormat).toBe(COUNTING_READ_FORMAT | ReadFormat.lost);
  }
});
