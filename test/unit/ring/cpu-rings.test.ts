import { describe, expect, it } from 'vitest';
import { type Cpu, cpu, fd } from '../../../src/base/units';
import type { OpenClone } from '../../../src/gang/opening';
import type { Kernel } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';
import { CpuRings } from '../../../src/ring/cpu-rings';

const EPERM = 1;

/** A kernel that lets `mostPages` be locked for a ring, and `together` for all. */
function machine(mostPages: number, together = Number.POSITIVE_INFINITY) {
  const open = new Set<number>();
  const mapped = new Map<number, number>();
  const outputs = new Map<number, number>();
  const cpus = new Map<number, number>();
  let next = 100;
  const kernel = {
    pageSize: 4096,
    openEvents: (requests: readonly { cpu: number }[]) =>
      requests.map((request) => {
        next += 1;
        open.add(next);
        cpus.set(next, request.cpu);
        return fd(next);
      }),
    closeFds: (fds: readonly number[]) => {
      for (const one of fds) open.delete(one);
    },
    mapRing: (holder: number, pages: number) => {
      const locked = [...mapped.values()].reduce((sum, one) => sum + one, 0);
      if (pages > mostPages || locked + pages > together) throw new KernelError('mmap', EPERM);
      mapped.set(holder, pages);
      return { mode: 'drain', memory: Buffer.alloc(0), address: 0n, unmap: () => mapped.delete(holder) };
    },
    setOutput: (fds: readonly number[], targets: readonly number[]) => {
      for (const [i, one] of fds.entries()) outputs.set(one, targets[i] ?? -1);
    },
  } as unknown as Kernel;
  return { kernel, open, mapped, outputs, cpuOf: (holder: number | undefined) => cpus.get(holder ?? -1) };
}

const clone = (id: number, on: Cpu): OpenClone => ({ event: 0, place: { cpu: on }, fd: fd(id) });
const shape = { dataPages: 1024, mayShrink: true, clockId: 1 };

describe('the rings of CPUs', () => {
  it('are one for each CPU, which clones that come later share', () => {
    const { kernel, outputs, mapped, cpuOf } = machine(1024);
    const rings = new CpuRings(kernel, shape);
    rings.connect([clone(1, cpu(0)), clone(2, cpu(1)), clone(3, cpu(0))]);
    rings.connect([clone(4, cpu(1))]);
    expect(mapped.size).toBe(2);
    expect([1, 2, 3, 4].map((id) => cpuOf(outputs.get(id)))).toEqual([0, 1, 0, 1]);
    expect([0, 1].map((one) => rings.holderOf(cpu(one)))).toEqual([outputs.get(1), outputs.get(2)]);
    expect(rings.holderOf(cpu(2))).toBeUndefined();
  });

  it('are shorter where so much memory may not be locked, all of them alike', () => {
    const { kernel, mapped, open } = machine(100);
    const rings = new CpuRings(kernel, shape);
    rings.connect([clone(1, cpu(0)), clone(2, cpu(1))]);
    expect([...mapped.values()]).toEqual([64, 64]);
    expect(rings.ringBytes).toBe(64 * 4096);
    expect(open.size).toBe(2);
  });

  it('are so where the first would fit, and all of them do not', () => {
    const { kernel, mapped, open, outputs } = machine(1024, 1500);
    const rings = new CpuRings(kernel, shape);
    const four = [0, 1, 2, 3].map((one) => clone(one, cpu(one)));
    rings.connect(four);
    expect([...mapped.values()]).toEqual([256, 256, 256, 256]);
    expect([open.size, new Set(outputs.values()).size]).toEqual([4, 4]);
    // Those that stand are not made anew for one that comes later.
    const late = [4, 5].map((one) => clone(one, cpu(one)));
    expect(() => rings.connect(late)).toThrow(KernelError);
    expect([...mapped.values()]).toEqual([256, 256, 256, 256, 256]);
  });

  it('are refused where their length was asked for, and leave nothing behind', () => {
    const { kernel, open, mapped } = machine(100);
    const rings = new CpuRings(kernel, { ...shape, mayShrink: false });
    expect(() => rings.connect([clone(1, cpu(0))])).toThrow(KernelError);
    expect([open.size, mapped.size]).toEqual([0, 0]);
  });

  it('are given back, with what holds them', () => {
    const { kernel, open, mapped } = machine(1024);
    const rings = new CpuRings(kernel, shape);
    rings.connect([clone(1, cpu(0)), clone(2, cpu(1))]);
    rings.close();
    rings.close();
    expect([open.size, mapped.size]).toEqual([0, 0]);
  });
});
