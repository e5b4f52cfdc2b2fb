import type { Pid } from '../base/units';
import type { HostFiles } from './host-files';
import { Processes } from './processes';

/** A process that has perf events open. `comm` is hostile. */
export interface PerfHolder {
  readonly pid: Pid;
  readonly comm: string;
  /** File descriptors that are perf events. */
  readonly events: number;
}

/** Who holds perf events on this machine, as far as this user can see. */
export interface PerfHolders {
  /** The one with most events first. */
  readonly holders: readonly PerfHolder[];
  /** Processes whose file descriptors this user may not look at. */
  readonly notVisible: number;
}

/**
 * Looks through the file descriptors of all processes: for error messages and listings, as it takes a while (about
 * 10 µs per open file of the machine). Events that BPF programs or the kernel itself hold have no file to be seen.
 */
export function findPerfHolders(files: HostFiles): PerfHolders {
  const processes = new Processes(files);
  const holders: PerfHolder[] = [];
  let notVisible = 0;
  for (const pid of processes.all()) {
    const events = countPerfFiles(files, processes, pid);
    if (events === undefined) notVisible += mayHoldFiles(processes, pid) ? 1 : 0;
    else if (events > 0) holders.push({ pid, comm: processes.comm(pid) ?? '', events });
  }
  holders.sort((a, b) => b.events - a.events || a.pid - b.pid);
  return { holders, notVisible };
}

/**
 * One clause for a `SyswideError`, which makes the names in it safe to print:
 * `perf events are held by 4711 gdb (4), 12 perf (2); 31 processes are not visible`.
 * @param own this process, which is left out: what it holds while it asks is not in the way of what it asks for
 */
export function describePerfHolders(
  { holders, notVisible }: PerfHolders,
  { own, most = 5 }: { readonly own?: Pid; readonly most?: number } = {},
): string {
  const others = holders.filter(({ pid }) => pid !== own);
  const named = others.slice(0, most).map(({ pid, comm, events }) => `${pid} ${comm} (${events})`);
  if (others.length > most) named.push(`${others.length - most} more`);
  const held =
    named.length > 0 ? `perf events are held by ${named.join(', ')}` : 'no other process is seen to hold perf events';
  const verb = notVisible === 1 ? 'process is' : 'processes are';
  return notVisible > 0 ? `${held}; ${notVisible} ${verb} not visible` : held;
}

/** An ended process and a thread of the kernel hold nothing, though an ordinary user may not look at them. */
function mayHoldFiles(processes: Processes, pid: Pid): boolean {
  const process = processes.info(pid);
  if (process === undefined || process.kernelThread) return false;
  return process.state !== 'Z' || processes.threadsLeft(pid).length > 1;
}

/** Of a process whose main thread has ended, the files are to be seen at the others. */
function countPerfFiles(files: HostFiles, processes: Processes, pid: Pid): number | undefined {
  const events = perfFilesIn(files, `/proc/${pid}/fd`);
  if (events !== 'none') return events;
  const others = processes.threadsLeft(pid).filter((one) => Number(one) !== Number(pid));
  for (const one of others) {
    const found = perfFilesIn(files, `/proc/${pid}/task/${one}/fd`);
    if (found !== 'none') return found;
  }
  return 0;
}

/** Undefined when this user may not look; `none` where nothing is open, or has just ended. */
function perfFilesIn(files: HostFiles, directory: string): number | 'none' | undefined {
  const names = files.list(directory);
  if (names.length === 0) return files.refusal(directory) === 'denied' ? undefined : 'none';
  const links = names.map((name) => files.link(`${directory}/${name}`));
  // The directory of a process that gave up privileges may be open to list, but its links are not.
  if (links.every((link) => link === undefined)) return files.refusal(directory) === 'missing' ? 'none' : undefined;
  return links.filter((link) => link === 'anon_inode:[perf_event]').length;
}
