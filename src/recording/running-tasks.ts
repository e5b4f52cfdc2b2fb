import { commRecord, forkRecord, mmap2Record, mmapRecord, namespacesRecord, type TrailerBytes } from '../abi/side-band';
import { type Pid, tid } from '../base/units';
import type { Host } from '../host/host';
import type { HostFiles } from '../host/host-files';
import { kernelModules } from '../symbols/kernel-modules';
import { parseMaps } from '../symbols/maps';

/** What is to be told of tasks that run already. */
export interface RunningRequest {
  /** These processes; absent: all there are. */
  readonly processes?: readonly Pid[];
  /** What of their memory: nothing, what is executed, or data, too. */
  readonly maps: 'none' | 'code' | 'all';
  /** Also which namespaces they are in. */
  readonly namespaces?: boolean;
  /** Bytes of the trailer that the recording's events give their records. */
  readonly trailer: TrailerBytes;
}

/**
 * What the kernel would have told of the tasks that run now, had it been asked when they started: their threads, names and
 * memory. Of each process it reads the maps once, and of its threads only the names. One that ends meanwhile is told as far
 * as it got. perf does the same in tools/perf/util/synthetic-events.c.
 */
export function* runningTasks(host: Host, request: RunningRequest): Generator<Buffer> {
  for (const process of request.processes ?? host.processes.all()) yield* oneProcess(host, process, request);
}

function* oneProcess(host: Host, pid: Pid, request: RunningRequest): Generator<Buffer> {
  const { maps, trailer } = request;
  const info = host.processes.info(pid);
  if (!info) return;
  yield forkRecord({ pid, tid: pid, parent: info.parent, parentTid: info.parent }, trailer);
  yield commRecord(pid, pid, info.comm, trailer);
  if (request.namespaces) yield namespacesRecord(pid, host.processes.namespaces(pid), trailer);
  if (info.kernelThread) return;
  if (maps !== 'none') yield* memoryOf(host, pid, maps === 'all', trailer);
  for (const thread of host.processes.threadsLeft(pid)) {
    if (thread === tid(pid)) continue;
    const comm = host.processes.comm(thread);
    if (comm === undefined) continue;
    yield forkRecord({ pid, tid: thread, parent: pid, parentTid: pid }, trailer);
    yield commRecord(pid, thread, comm, trailer);
  }
}

function* memoryOf({ files }: Host, pid: Pid, withData: boolean, trailer: TrailerBytes): Generator<Buffer> {
  for (const map of parseMaps(files.read(`/proc/${pid}/maps`) ?? '')) {
    if (!(withData || map.permissions.includes('x'))) continue;
    const { start, end, path, ...rest } = map;
    // perf's readers take memory without a file for that of a JIT compiler by this name.
    yield mmap2Record({ ...rest, pid, start, length: end - start, path: path === '' ? '//anon' : path }, trailer);
  }
}

/** PERF_RECORD_MMAP of the kernel has no process. */
const NO_PROCESS = -1;

/**
 * The kernel's own text, so that its symbols can be moved to where they are on this machine, and its modules; nothing where
 * it hides its addresses from this user.
 */
export function* kernelText({ files }: Pick<Host, 'files'>, trailer: TrailerBytes): Generator<Buffer> {
  const text = textOf(files);
  if (!text) return;
  const { start, end } = text;
  const path = '[kernel.kallsyms]_text';
  yield mmapRecord({ pid: NO_PROCESS, start, length: end - start, offset: start, path }, trailer);
  for (const { name, start: first, length } of kernelModules(files)) {
    if (first === 0n || length === 0n) continue;
    yield mmapRecord({ pid: NO_PROCESS, start: first, length, offset: 0n, path: `[${name}]` }, trailer);
  }
}

/** Of /proc/kallsyms, which has `_text` among its first lines, and takes a tenth of a second to read. */
const FIRST_SYMBOLS = 16 << 10;

/**
 * Where the kernel's text is; undefined where that is hidden. Its length is that of `Kernel code` in /proc/iomem, from
 * `_text` to `_etext`; where that is hidden, the symbol tells.
 */
function textOf(files: HostFiles): { start: bigint; end: bigint } | undefined {
  const address = (symbols: string, name: string) =>
    BigInt(`0x${new RegExp(`^([0-9a-f]+) \\S ${name}$`, 'm').exec(symbols)?.[1] ?? '0'}`);
  const quick = address(files.readStart('/proc/kallsyms', FIRST_SYMBOLS) ?? '', '_text');
  const [, from, to] =
    /^ *([0-9a-f]+)-([0-9a-f]+) : Kernel code$/m.exec(files.readStart('/proc/iomem', 64 << 10) ?? '') ?? [];
  const length = from === undefined || to === undefined ? 0n : BigInt(`0x${to}`) - BigInt(`0x${from}`) + 1n;
  if (quick > 0n && length > 1n) return { start: quick, end: quick + length };
  const symbols = files.read('/proc/kallsyms') ?? '';
  const [start, end] = [address(symbols, '_text'), address(symbols, '_etext')];
  return start > 0n && end > start ? { start, end } : undefined;
}
