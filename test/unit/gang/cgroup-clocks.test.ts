import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { SoftwareId } from '../../../src/abi/perf-event';
import { cpu, fd } from '../../../src/base/units';
import { Gang } from '../../../src/gang/gang';
import { CpuMask } from '../../../src/host/cpu-mask';
import { software } from '../../fake/events';
import { type FakeEvent, FakeKernel } from '../../fake/fake-kernel';

const [batch, web] = [
  { name: 'batch', fd: fd(7) },
  { name: 'web', fd: fd(8) },
];
const inBoth = [batch, web].map((cgroup) => software('pageFaults', { cgroup }));

const open = (kernel: FakeKernel, events = inBoth): Gang =>
  Gang.open(kernel, {
    events,
    target: { kind: 'cpus', cpus: CpuMask.parse('0-1') },
    mayMiss: () => false,
    placesMayGo: true,
    context: { permission: () => ({ why: 'no right', remedy: 'ask root' }), fdLimit: () => 10 },
  });

const isSetter = ({ attr }: FakeEvent): boolean => attr.config === BigInt(SoftwareId.dummy);
const setters = (kernel: FakeKernel) => kernel.events().filter(isSetter);
const cpusOf = (kernel: FakeKernel): number[] => setters(kernel).map(({ request }) => request.cpu);

describe('the clocks of cgroups on a CPU', () => {
  it('go before an event counts there', () => {
    const kernel = new FakeKernel();
    const gang = open(kernel);
    expect(cpusOf(kernel)).toEqual([0, 1]);
    expect(setters(kernel).every(({ attr, request }) => !attr.disabled && [7, 8].includes(request.pid))).toBe(true);
    expect(kernel.counting().every(isSetter)).toBe(true);
    gang.arm();
    expect(gang.read().readings).toHaveLength(4);
    gang.pause();
    expect(kernel.counting().map(({ request }) => request.cpu)).toEqual([0, 1]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('are nothing to events that are in none', () => {
    const kernel = new FakeKernel();
    open(kernel, [software('pageFaults')]);
    expect(setters(kernel)).toEqual([]);
  });

  it('go on a CPU that comes, and are let go where one goes', () => {
    const kernel = new FakeKernel();
    const gang = open(kernel);
    gang.arm();
    gang.addPlaces([{ cpu: cpu(2) }]);
    expect(cpusOf(kernel)).toEqual([0, 1, 2]);
    const opened = kernel.calls.findIndex((call) => call.endsWith('@7/2') && call.includes(`/${SoftwareId.dummy}`));
    const enabled = kernel.calls.findLastIndex((call) => call.startsWith('control'));
    expect(opened).toBeLessThan(enabled);
    gang.retirePlaces((place) => place.cpu === 1);
    expect(cpusOf(kernel)).toEqual([0, 2]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('go on a CPU whose events somebody else opens', () => {
    const kernel = new FakeKernel();
    const gang = open(kernel);
    const prepared = gang.prepare([{ cpu: cpu(2) }]);
    if (!prepared) throw new Error('it can be prepared');
    expect(prepared.filters).toHaveLength(prepared.requests.length);
    expect(prepared.outputs).toHaveLength(prepared.requests.length);
    gang.adopt(prepared, kernel.openEvents(prepared.requests));
    expect(gang.size).toBe(6);
    expect(cpusOf(kernel)).toEqual([0, 1, 2]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });

  it('that cannot be had are done without', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = ({ cpu: where }, { config }) =>
      where === 0 && config === BigInt(SoftwareId.dummy) ? constants.errno.ENODEV : 0;
    const gang = open(kernel);
    expect(cpusOf(kernel)).toEqual([1]);
    gang.close();
    expect(kernel.openFds.size).toBe(0);
  });
});
