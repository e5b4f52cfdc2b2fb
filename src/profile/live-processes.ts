import type { HostFiles } from '../host/host-files';
import { parseMaps } from '../symbols/maps';
import { Memory } from './memory';
import type { Names } from './names';

/** What is known of a process is looked up anew after so long, in ns: it may have become another program. */
const FRESH = 200_000_000n;

/** So many are remembered; then it begins anew. */
const MOST_PROCESSES = 10_000;

interface Known<T> {
  readonly at: bigint;
  readonly value: T;
}

/** What processes that run are called, and have in their memory, as /proc tells. Those that have ended are `:TID`. */
export class LiveProcesses {
  readonly #comms = new Map<number, Known<string>>();
  readonly #memories = new Map<number, Known<Memory>>();
  #count = 1;

  constructor(
    private readonly files: HostFiles,
    private readonly dsos: Names,
  ) {}

  commOf(tid: number): string {
    if (tid === 0) return 'swapper';
    return remembered(this.#comms, tid, () => this.files.read(`/proc/${tid}/comm`)?.replace(/\n$/, '') ?? `:${tid}`);
  }

  memoryOf(pid: number): Memory {
    return remembered(this.#memories, pid, () => this.read(pid));
  }

  private read(pid: number): Memory {
    const memory = new Memory(this.#count);
    this.#count += 1;
    for (const { start, end, offset, path, permissions } of parseMaps(this.files.read(`/proc/${pid}/maps`) ?? '')) {
      if (!permissions.includes('x')) continue;
      const isAnonymous = path === '';
      memory.add({
        start: Number(start),
        end: Number(end),
        // Code without a file is that of a JIT compiler, which names it by its addresses.
        offset: Number(isAnonymous ? start : offset),
        dso: this.dsos.idOf(isAnonymous ? `/tmp/perf-${pid}.map` : path),
      });
    }
    return memory;
  }
}

function remembered<T>(known: Map<number, Known<T>>, id: number, read: () => T): T {
  const now = process.hrtime.bigint();
  const last = known.get(id);
  if (last && now - last.at < FRESH) return last.value;
  if (known.size >= MOST_PROCESSES) known.clear();
  const value = read();
  known.set(id, { at: now, value });
  return value;
}
