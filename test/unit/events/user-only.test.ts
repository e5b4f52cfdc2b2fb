import { describe, expect, it } from 'vitest';
import { PerfType } from '../../../src/abi/perf-event';
import { restrictTo, restrictToUser } from '../../../src/events/user-only';
import { hardware, software } from '../../fake/events';

const cycles = hardware('cpuCycles', {
  attr: { type: 0, config: 0n, flags: { excludeKernel: true, excludeHv: true } },
});

describe('--all-user and --all-kernel', () => {
  it('overrule the modifiers of an event, and leave its name and the rest', () => {
    expect(restrictTo(cycles, 'kernel')).toEqual({
      ...cycles,
      attr: { ...cycles.attr, flags: { excludeKernel: false, excludeUser: true, excludeHv: true } },
    });
    expect(restrictTo(software('pageFaults'), 'user').attr.flags).toEqual({ excludeKernel: true, excludeUser: false });
  });

  it('leave everything as it was where they are not given, and what no counter counts', () => {
    expect(restrictTo(cycles, undefined)).toBe(cycles);
    const tool = software('dummy', { kind: 'tool', tool: 'duration_time' });
    expect(restrictTo(tool, 'user')).toBe(tool);
  });
});

describe('who may count user space only', () => {
  it('is refused what would always be 0', () => {
    expect(restrictToUser(software('contextSwitches'))).toMatchObject({
      outcome: 'always zero',
      why: { one: 'it happens in the kernel only' },
    });
    const ofKernel = restrictTo(software('pageFaults'), 'kernel');
    expect(restrictToUser(ofKernel)).toMatchObject({
      outcome: 'always zero',
      why: { one: 'it is asked for in the kernel only' },
    });
  });

  it.each([
    ['page-faults', 'page-faults:u'],
    ['page-faults:uk', 'page-faults:u'],
    ['cpu-clock:GkI', 'cpu-clock:uGI'],
    ['cpu/event=0x3c/', 'cpu/event=0x3c/u'],
    ['cpu/event=0x3c/pp', 'cpu/event=0x3c/upp'],
    ['cpu/event=0x3c/:pp', 'cpu/event=0x3c/:upp'],
    ['1:0', '1:0:u'],
    ['mem:0x1000', 'mem:0x1000:u'],
    ['mem:0x1000/8:rw', 'mem:0x1000/8:rwu'],
    ['mem:0x1000:w:G', 'mem:0x1000:w:uG'],
    // Symbols and files whose names are letters of modifiers.
    ['mem:bk', 'mem:bk:u'],
    ['mem:main@/bin/e', 'mem:main@/bin/e:u'],
    ['uprobe:/bin/sh:main', 'uprobe:/bin/sh:main:u'],
  ])('sees %s as %s', (name, narrowed) => {
    expect(restrictToUser(software('dummy', { name }))).toMatchObject({ event: { name: narrowed } });
  });

  it('is told of a breakpoint in the kernel what it asked for', () => {
    const kernel = software('dummy', {
      kind: 'breakpoint',
      attr: { type: PerfType.breakpoint, config: 0n, config1: 0xffff_ffff_8200_0000n, bpType: 2 },
    });
    expect(restrictToUser(kernel)).toEqual({ outcome: 'unchanged', event: kernel });
    const user = { ...kernel, attr: { ...kernel.attr, config1: 0x1000n } };
    expect(restrictToUser(user)).toMatchObject({ outcome: 'narrowed' });
  });

  it('gets what has a share of user space', () => {
    expect(restrictToUser(software('pageFaults'))).toMatchObject({
      outcome: 'narrowed',
      event: { attr: { flags: { excludeKernel: true, excludeHv: true } } },
    });
    expect(restrictToUser(cycles)).toEqual({ outcome: 'unchanged', event: cycles });
  });
});
