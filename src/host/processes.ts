import { SyswideError } from '../base/error';
import { type Pid, pid, type Tid, tid } from '../base/units';
import type { FileIdentity, HostFiles } from './host-files';

/** A process as `/proc` shows it at one moment. `comm` is the process's own choice: hostile. */
export interface ProcessInfo {
  readonly pid: Pid;
  readonly comm: string;
  /** One letter: R, S, D, Z (ended, not yet waited for), T, t, X, I. */
  readonly state: string;
  /** 0 when the parent is outside of this PID namespace. */
  readonly parent: Pid;
  /** Effective user id. */
  readonly uid: number;
  /** Clock ticks from boot to its start: with the pid it names a process for good, as pids are used again. */
  readonly startTicks: bigint;
  /** A thread of the kernel's own: it runs no program, and has no files. */
  readonly kernelThread: boolean;
}

/** PF_KTHREAD of include/linux/sched.h, in the flags that proc(5) describes. */
const kernelThreadFlag = 0x00200000;

/** In the order of `enum` NET_NS_INDEX in include/uapi/linux/perf_event.h, Linux 6.18. */
const namespaceNames = ['net', 'uts', 'ipc', 'pid', 'user', 'mnt', 'cgroup'] as const;

/** The processes and threads of this PID namespace. Every call looks anew. Source: proc(5). */
export class Processes {
  constructor(private readonly files: HostFiles) {}

  /** Processes (not threads), ascending. */
  all(): Pid[] {
    return ids(this.files.list('/proc')).map(pid);
  }

  /** Whether a process or thread of that id is there, also when it has ended and nobody waited for it yet. */
  exists(id: Pid | Tid): boolean {
    return this.files.read(`/proc/${id}/stat`) !== undefined;
  }

  /**
   * The threads of a process, ascending. Some may be gone, and others there, once the caller uses them.
   * @throws SyswideError NO_SUCH_PROCESS
   */
  threads(process: Pid): Tid[] {
    const threads = this.threadsLeft(process);
    if (threads.length > 0) return threads;
    throw new SyswideError('NO_SUCH_PROCESS', {
      what: `cannot find process ${process}`,
      why: 'no process has that id, or it has just ended',
      remedy: 'look its id up again, for example with pgrep',
    });
  }

  /** The threads of a process, ascending; none once it has ended. */
  threadsLeft(process: Pid): Tid[] {
    return ids(this.files.list(`/proc/${process}/task`)).map(tid);
  }

  /** The namespaces that a process is in, in the order of the kernel's NET_NS_INDEX and the others; 0 for what is hidden. */
  namespaces(process: Pid): FileIdentity[] {
    const nowhere = { device: 0n, inode: 0n };
    return namespaceNames.map((name) => this.files.identity(`/proc/${process}/ns/${name}`) ?? nowhere);
  }

  /** What is known of a process or thread; undefined when there is none. */
  info(id: Pid | Tid): ProcessInfo | undefined {
    const stat = parseStat(this.files.read(`/proc/${id}/stat`) ?? '');
    if (stat === undefined) return undefined;
    return { ...stat, pid: pid(id), comm: this.comm(id) ?? stat.comm, uid: this.effectiveUid(id) };
  }

  /** The name a process or thread gave itself; undefined when there is none. It may contain anything but NUL. */
  comm(id: Pid | Tid): string | undefined {
    return this.files.read(`/proc/${id}/comm`)?.replace(/\n$/, '');
  }

  /** The arguments it was started with, or what it wrote over them; empty for kernel threads and ended processes. */
  commandLine(process: Pid): string[] {
    const text = this.files.read(`/proc/${process}/cmdline`) ?? '';
    return text === '' ? [] : text.replace(/\0$/, '').split('\0');
  }

  /** The nobody user (65534) when it cannot be read any more. */
  private effectiveUid(id: Pid | Tid): number {
    const status = this.files.read(`/proc/${id}/status`) ?? '';
    return Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1] ?? 65534);
  }
}

/**
 * Parses `/proc/PID/stat`: `4711 (comm) S 1 …`. The comm may hold spaces and parentheses, so fields are counted from the
 * last `)`. Undefined for any other text.
 */
function parseStat(text: string): Omit<ProcessInfo, 'pid' | 'uid'> | undefined {
  const [open, close] = [text.indexOf('('), text.lastIndexOf(')')];
  if (open < 0 || close < open) return undefined;
  // Fields are numbered as in proc(5), where the state, the first one after the comm, is 3.
  const fields = text
    .slice(close + 1)
    .trim()
    .split(' ');
  const [state, ...numbers] = [3, 4, 9, 22].map((number) => fields[number - 3] ?? '');
  if (!state || !numbers.every((number) => /^\d+$/.test(number))) return undefined;
  const [parent, flags, start] = numbers.map(BigInt);
  return {
    comm: text.slice(open + 1, close),
    state,
    parent: pid(Number(parent)),
    startTicks: start ?? 0n,
    kernelThread: (Number(flags) & kernelThreadFlag) !== 0,
  };
}

function ids(names: readonly string[]): number[] {
  const numbers = names.flatMap((name) => (/^[1-9]\d{0,9}$/.test(name) ? [Number(name)] : []));
  return numbers.sort((a, b) => a - b);
}
