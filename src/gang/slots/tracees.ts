import { type Pid, pid, tid } from '../../base/units';
import type { HostFiles } from '../../host/host-files';
import { Processes } from '../../host/processes';
import type { Kernel } from '../../native/kernel';
import { KernelError } from '../../native/kernel-error';
import { countFree, countFreeForTask } from './probe';
import type { DebugRegisters } from './registers';

/** Threads of one tracee that are looked at: what is not found in these is not worth more time. */
const MOST_THREADS = 64;

/** A process under a debugger, which may have set breakpoints in it without any perf event to be seen. */
export interface Tracee {
  readonly pid: Pid;
  /** Hostile, as is `tracerComm`. */
  readonly comm: string;
  readonly tracer: Pid;
  readonly tracerComm: string;
  /** Debug registers its breakpoints take, from whoever set them; undefined when this user may not look. */
  readonly breakpoints?: number;
}

/**
 * The traced processes of this machine, those with most breakpoints first. How many each has is measured: a breakpoint
 * on it meets those it has already, one on another task does not. Hold the host's lock.
 */
export function findTracees(kernel: Kernel, files: HostFiles, registers: DebugRegisters): Tracee[] {
  const processes = new Processes(files);
  const tracees = processes.all().flatMap((one): Tracee[] => {
    const tracer = tracerOf(files, one);
    if (tracer === undefined) return [];
    const breakpoints = breakpointsOf(kernel, files, one, registers);
    return [
      {
        pid: one,
        comm: processes.comm(one) ?? '',
        tracer,
        tracerComm: processes.comm(tracer) ?? '',
        ...(breakpoints === undefined ? {} : { breakpoints }),
      },
    ];
  });
  return tracees.sort((a, b) => (b.breakpoints ?? 0) - (a.breakpoints ?? 0) || a.pid - b.pid);
}

function tracerOf(files: HostFiles, process: Pid): Pid | undefined {
  const tracer = Number(/^TracerPid:\t(\d+)$/m.exec(files.read(`/proc/${process}/status`) ?? '')?.[1] ?? 0);
  return tracer > 0 ? pid(tracer) : undefined;
}

/** Debuggers set a breakpoint in every thread, so the threads' are not added up. */
function breakpointsOf(kernel: Kernel, files: HostFiles, process: Pid, registers: DebugRegisters): number | undefined {
  const threads = files.list(`/proc/${process}/task`).slice(0, MOST_THREADS).map(Number);
  try {
    const held = registers.kinds.map((kind) => {
      const unused = countFreeForTask(kernel, {}, kind, registers);
      return Math.max(0, ...threads.map((one) => unused - countFree(kernel, { tid: tid(one) }, kind, registers)));
    });
    return held.reduce((sum, one) => sum + one, 0);
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
}
