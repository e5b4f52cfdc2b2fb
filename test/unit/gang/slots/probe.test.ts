import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpu, tid } from '../../../../src/base/units';
import { countFree, probeSlots } from '../../../../src/gang/slots/probe';
import { debugRegisters } from '../../../../src/gang/slots/registers';
import { CpuMask } from '../../../../src/host/cpu-mask';
import { FakeKernel } from '../../../fake/fake-kernel';

const { errno } = constants;
const x86 = debugRegisters('x64');
const both = CpuMask.parse('0-1');

describe('probing for free debug registers', () => {
  it('finds what others leave, with disabled events, and keeps none', () => {
    const kernel = new FakeKernel();
    kernel.heldSlots = ({ cpu: n }) => (n === 1 ? 3 : 0);
    let enabled = 0;
    kernel.refuseOpen = (_request, attr) => {
      enabled += attr.disabled ? 0 : 1;
      return 0;
    };
    expect(countFree(kernel, { cpu: cpu(0) }, 'any', x86)).toBe(4);
    expect(countFree(kernel, { cpu: cpu(1) }, 'any', x86)).toBe(1);
    expect(kernel.openFds.size).toBe(0);
    expect(enabled).toBe(0);
  });

  it('stops at the first refusal', () => {
    const kernel = new FakeKernel();
    countFree(kernel, { tid: tid(11) }, 'any', x86);
    expect(kernel.calls.filter((call) => call.startsWith('open:'))).toHaveLength(5);
  });

  it('tells what whole CPUs hold from what tasks hold', () => {
    const kernel = new FakeKernel();
    // One held CPU-wide on cpu1, and a task somewhere that holds two on every CPU.
    kernel.heldSlots = ({ pid, cpu: n }) => (n === 1 ? 1 : 0) + (pid === -1 ? 2 : 0);
    expect(probeSlots(kernel, both, x86)).toEqual([
      { cpu: 0, kind: 'any', total: 4, free: 2, heldByCpu: 0, heldByTasks: 2 },
      { cpu: 1, kind: 'any', total: 4, free: 1, heldByCpu: 1, heldByTasks: 2 },
    ]);
  });

  it('takes what is counted of this process itself for a task’s', () => {
    const kernel = new FakeKernel();
    // syswide runs under a tool that watches an address in what it starts.
    kernel.heldSlots = ({ pid, cpu: n }) => (n === 1 ? 1 : 0) + (pid <= 0 ? 2 : 0);
    expect(probeSlots(kernel, both, x86)).toEqual([
      { cpu: 0, kind: 'any', total: 4, free: 2, heldByCpu: 0, heldByTasks: 2 },
      { cpu: 1, kind: 'any', total: 4, free: 1, heldByCpu: 1, heldByTasks: 2 },
    ]);
    kernel.refuseOpen = ({ pid }) => (pid > 0 ? errno.EPERM : 0);
    expect(probeSlots(kernel, both, x86)[0]).toMatchObject({ heldByCpu: 2, heldByTasks: 0 });
  });

  it('counts data and execution apart where the registers are', () => {
    const kernel = new FakeKernel();
    expect(probeSlots(kernel, CpuMask.parse('3'), debugRegisters('arm64'))).toEqual([
      { cpu: 3, kind: 'data', free: 4, heldByTasks: 0 },
      { cpu: 3, kind: 'execute', free: 4, heldByTasks: 0 },
    ]);
  });

  it('leaves out a CPU that goes offline', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = (request) => (request.cpu === 0 ? errno.ENODEV : 0);
    expect(probeSlots(kernel, both, x86).map((slots) => slots.cpu)).toEqual([1]);
  });

  it('says less to a user who may not count whole CPUs', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = (request) => (request.pid === -1 ? errno.EACCES : 0);
    kernel.heldSlots = () => 1;
    expect(probeSlots(kernel, CpuMask.parse('0'), x86)).toEqual([{ cpu: 0, kind: 'any', total: 4, heldByCpu: 1 }]);
  });

  it('says that there are none', () => {
    const kernel = new FakeKernel();
    kernel.refuseOpen = () => errno.ENOENT;
    expect(() => probeSlots(kernel, both, x86)).toThrow(/the kernel refuses breakpoints altogether \(ENOENT\)/);
  });
});
