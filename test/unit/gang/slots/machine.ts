import { BreakpointType, PerfType } from '../../../../src/abi/perf-event';
import { SyswideError } from '../../../../src/base/error';
import type { ResolvedEvent } from '../../../../src/events/resolved-event';
import { debugRegisters } from '../../../../src/gang/slots/registers';
import type { SlotMachine } from '../../../../src/gang/slots/take';
import { FakeKernel } from '../../../fake/fake-kernel';
import { FakeFiles, type FakeTree } from '../../../fake-host';

/** A breakpoint as `-e mem:…` resolves to one. */
export const breakpoint = (
  address: bigint,
  more: Partial<ResolvedEvent['attr']> = {},
  rest: Partial<ResolvedEvent> = {},
): ResolvedEvent => ({
  name: `mem:0x${address.toString(16)}`,
  kind: 'breakpoint',
  attr: {
    type: PerfType.breakpoint,
    config: 0n,
    config1: address,
    config2: 4n,
    bpType: BreakpointType.read | BreakpointType.write,
    ...more,
  },
  scale: 1,
  unit: '',
  ...rest,
});

/** A debugger, a process it traces, a user of perf events, and one that nobody may look at. */
export const populated: FakeTree = {
  '/proc/1/fd': { denied: 'directory' },
  '/proc/1/stat': `1 (init) S 0 0 0 0 0 0 ${'0 '.repeat(12)}1 2\n`,
  '/proc/12/comm': 'gdb\n',
  '/proc/15/comm': 'prog\u001b[2J\n',
  '/proc/15/status': 'Name:\tprog\nUid:\t1000\t1000\t1000\t1000\nTracerPid:\t12\n',
  '/proc/15/task/15/': '',
  '/proc/4711/comm': 'perf\n',
  '/proc/4711/status': 'Uid:\t0\t0\t0\t0\nTracerPid:\t0\n',
  '/proc/4711/fd/3': { link: 'anon_inode:[perf_event]' },
};

/** A fake machine with the x86 registers, whose clock advances with every sleep. */
export function slotMachine(tree: FakeTree = {}) {
  const kernel = new FakeKernel();
  const clock = { ms: 0, locks: 0, sleeps: [] as number[] };
  kernel.onWait = (_fds, timeoutMs = 0) => {
    clock.sleeps.push(timeoutMs);
    clock.ms += timeoutMs;
    return [];
  };
  const machine: SlotMachine = {
    kernel,
    files: new FakeFiles(tree),
    registers: debugRegisters('x64'),
    now: () => BigInt(Math.round(clock.ms * 1e6)),
    lock: (action) => {
      clock.locks += 1;
      return action();
    },
  };
  return { kernel, machine, clock };
}

/** The error that an action ends in. */
export async function refusalOf(action: () => unknown): Promise<SyswideError> {
  try {
    await action();
  } catch (error) {
    if (error instanceof SyswideError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}
