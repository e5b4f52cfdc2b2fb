import { describe, expect, it } from 'vitest';
import { Names } from '../../../src/profile/names';
import { TaskEvents } from '../../../src/profile/task-events';
import { Timeline } from '../../../src/profile/timeline';

/** Tells of something that happened. */
type Told = (events: TaskEvents, comms: Names) => void;

const comm =
  (time: number, pid: number, name: string, more: { tid?: number; isExec?: boolean } = {}): Told =>
  (events, comms) =>
    events[more.isExec ? 'exec' : 'comm'](time, pid, more.tid ?? pid, comms.idOf(name));
const fork =
  (time: number, pid: number, parent: number, tid = pid): Told =>
  (events) =>
    events.fork(time, pid, tid, parent, parent);
const running =
  (time: number, pid: number, parent: number): Told =>
  (events) =>
    events.running(time, pid, pid, parent, parent);
const map =
  (time: number, pid: number, start: number, end: number, dso: number): Told =>
  (events) =>
    events.map(time, pid, { start, end, offset: 0, dso });

function told(...given: readonly (Told | readonly Told[])[]) {
  const comms = new Names();
  const events = new TaskEvents(comms.idOf('swapper'));
  for (const tell of given.flat()) tell(events, comms);
  const timeline = new Timeline(events, comms);
  return {
    timeline,
    commAt: (pid: number, time: number, tid = pid) => comms.textOf(timeline.stateAt(pid, tid, time).comm),
    dsoAt: (pid: number, time: number, address: number) => timeline.stateAt(pid, pid, time).memory.find(address)?.dso,
  };
}

describe('a recording that tells of very many', () => {
  it('generations of processes, each with something of its own, finds what the first had', () => {
    const events = Array.from({ length: 100_000 }, (_, i) => [
      map(2 * i, 100 + i, 0x1000 * i, 0x1000 * (i + 1), i),
      fork(2 * i + 1, 101 + i, 100 + i),
    ]).flat();
    const { dsoAt } = told(events);
    expect(dsoAt(100_100, 300_000, 0x10)).toBe(0);
    expect(dsoAt(100_100, 300_000, 0x1000 * 99_999)).toBe(99_999);
    expect(dsoAt(100_100, 300_000, 0x1000 * 100_001)).toBeUndefined();
  });

  it('mappings of one process is not slow to be told, and finds all of them', () => {
    const many = Array.from({ length: 100_000 }, (_, i) => {
      // 7 has no factor in common with the length: every place once, in no order.
      const place = (i * 7) % 100_000;
      return map(i, 1, 0x2000 * place, 0x2000 * place + 0x1000, place);
    });
    const { user } = process.cpuUsage();
    const { dsoAt } = told(many);
    expect([0, 49_999, 99_999].map((place) => dsoAt(1, 200_000, 0x2000 * place + 8))).toEqual([0, 49_999, 99_999]);
    expect(dsoAt(1, 200_000, 0x1800)).toBeUndefined();
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(2);
  });

  it('mappings of two processes by turns, whose ancestors have got as many since, is not slow to be told', () => {
    const [generations, later, turns] = [1500, 200, 4000];
    const events = Array.from({ length: generations }, (_, i) => [
      map(0, 100 + i, 0x1000 * i, 0x1000 * (i + 1), i),
      fork(0, 101 + i, 100 + i),
      ...Array.from({ length: later }, (_, j) => map(0, 100 + i, 2 ** 40 + 0x1000 * (i * later + j), 2 ** 40, 7)),
    ]).flat();
    const [one, other] = [99 + generations, 100 + generations];
    const byTurns = Array.from({ length: turns }, (_, i) =>
      map(0, i % 2 ? one : other, 2 ** 41 + 0x1000 * i, 2 ** 41 + 0x1000 * (i + 1), i),
    );
    const { user } = process.cpuUsage();
    const { dsoAt } = told(events, byTurns);
    expect(dsoAt(other, 1, 2 ** 41 + 0x1000 * (turns - 2))).toBe(turns - 2);
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(4);
  });
});

describe('the timeline of tasks', () => {
  it('gives a process that ran already nothing of what its parent has in its memory', () => {
    const { commAt, dsoAt } = told(
      ...[comm(0, 1, 'node'), map(0, 1, 100, 200, 5), running(0, 2, 1), comm(0, 2, 'tool'), map(0, 2, 300, 400, 6)],
      ...[fork(5, 3, 2)],
    );
    expect([2, 3].map((pid) => commAt(pid, 9))).toEqual(['tool', 'tool']);
    expect([1, 2, 3].map((pid) => dsoAt(pid, 9, 150))).toEqual([5, undefined, undefined]);
    expect([2, 3].map((pid) => dsoAt(pid, 9, 350))).toEqual([6, 6]);
  });

  it('knows what was in a place at a time, when several places have had others', () => {
    const { dsoAt } = told(
      ...[comm(0, 1, 'sh'), map(0, 1, 100, 200, 5), map(0, 1, 300, 400, 6)],
      ...[map(10, 1, 100, 200, 7), map(20, 1, 300, 400, 8), map(30, 1, 100, 200, 9)],
    );
    expect([5, 15, 25, 35].map((time) => dsoAt(1, time, 150))).toEqual([5, 7, 7, 9]);
    expect([5, 15, 25, 35].map((time) => dsoAt(1, time, 350))).toEqual([6, 6, 8, 8]);
  });

  it('knows what a child had from its parent until something else came there', () => {
    const { dsoAt } = told(comm(0, 1, 'sh'), map(0, 1, 100, 200, 5), fork(10, 2, 1), map(20, 2, 100, 200, 6));
    expect([15, 25].map((time) => dsoAt(2, time, 150))).toEqual([5, 6]);
    expect(dsoAt(1, 25, 150)).toBe(5);
  });

  it('knows what was in a place at a time, of places that come and go by turns', () => {
    const turns = Array.from({ length: 20_000 }, (_, i) => map(i, 1, 0x1000 * (i % 50), 0x1000 * (i % 50) + 0x1000, i));
    const { user } = process.cpuUsage();
    const { dsoAt } = told(turns);
    expect((process.cpuUsage().user - user) / 1e6).toBeLessThan(2);
    for (const time of [60, 5000, 19_000]) expect(dsoAt(1, time, 0x1000 * 7)).toBe(time - ((time + 43) % 50));
  });

  it('knows the name that a thread had at a time', () => {
    const { commAt } = told(comm(0, 1, 'sh'), comm(20, 1, 'late'), fork(10, 2, 1), comm(15, 2, 'ls', { isExec: true }));
    expect([5, 25, 12].map((time) => commAt(1, time))).toEqual(['sh', 'late', 'sh']);
    expect([12, 17].map((time) => commAt(2, time))).toEqual(['sh', 'ls']);
    expect(commAt(0, 5)).toBe('swapper');
    expect(commAt(77, 5)).toBe(':77');
  });

  it('without foresight, gives a thread no name before something tells of it', () => {
    const { timeline, commAt } = told(
      comm(5, 7, 'sh'),
      map(8, 7, 0x1000, 0x2000, 1),
      comm(9, 7, 'ls', { isExec: true }),
    );
    expect([4, 5, 8, 9].map((time) => commAt(7, time))).toEqual(['sh', 'sh', 'sh', 'ls']);
    timeline.withoutForesight();
    // What was asked for before is not remembered otherwise.
    for (const times of [
      [4, 5, 8, 9],
      [9, 8, 5, 4],
    ]) {
      const names = { 4: ':7', 5: 'sh', 8: 'sh', 9: 'ls' };
      expect(times.map((time) => commAt(7, time))).toEqual(times.map((time) => names[time as 4]));
    }
    expect(commAt(0, 0)).toBe('swapper');
  });

  it('gives threads the name of the one that started them, and a name of their own', () => {
    const { commAt } = told(comm(0, 1, 'node'), fork(5, 1, 1, 8), comm(9, 1, 'worker', { tid: 8 }));
    expect([commAt(1, 6, 8), commAt(1, 10, 8), commAt(1, 10)]).toEqual(['node', 'worker', 'node']);
  });

  it('gives a child what its parent had by then, and not what it got later', () => {
    const { dsoAt } = told(comm(0, 1, 'sh'), map(0, 1, 100, 200, 5), fork(10, 2, 1), map(20, 1, 300, 400, 6));
    expect(dsoAt(2, 30, 150)).toBe(5);
    expect(dsoAt(2, 30, 350)).toBeUndefined();
    expect(dsoAt(1, 30, 350)).toBe(6);
  });

  it('knows what was at an address before something else was', () => {
    const { dsoAt } = told(map(0, 1, 100, 200, 5), map(50, 1, 150, 250, 6));
    expect([dsoAt(1, 10, 160), dsoAt(1, 60, 160), dsoAt(1, 60, 110)]).toEqual([5, 6, 5]);
    const afterExec = told(map(0, 1, 100, 200, 5), comm(10, 1, 'new', { isExec: true }), map(11, 1, 100, 200, 6));
    expect([afterExec.dsoAt(1, 5, 150), afterExec.dsoAt(1, 20, 150)]).toEqual([5, 6]);
  });

  it('tells apart processes that had one number after the other', () => {
    const { commAt, dsoAt } = told(
      ...[fork(0, 9, 1), comm(1, 9, 'first'), map(2, 9, 100, 200, 1)],
      ...[fork(50, 9, 1), comm(51, 9, 'second'), map(52, 9, 100, 200, 2)],
    );
    expect([commAt(9, 10), commAt(9, 60)]).toEqual(['first', 'second']);
    expect([dsoAt(9, 10, 150), dsoAt(9, 60, 150)]).toEqual([1, 2]);
  });

  it('takes events in any order', () => {
    const events = [comm(20, 1, 'c'), comm(0, 1, 'a'), comm(10, 1, 'b')];
    const { commAt } = told(...events);
    expect([5, 15, 25].map((time) => commAt(1, time))).toEqual(['a', 'b', 'c']);
  });
});
