import type { Cpu } from '../base/units';
import { CpuMask } from './cpu-mask';
import { cpuDirectory } from './cpus';
import type { HostFiles } from './host-files';

/** A cache that a CPU uses. Source: Documentation/ABI/testing/sysfs-devices-system-cpu (cache/index*). */
export interface CpuCache {
  /** 1, 2, 3, … */
  readonly level: number;
  readonly type: 'Data' | 'Instruction' | 'Unified';
  /** Unique among the caches of one level and type; undefined where firmware does not tell. */
  readonly id: number | undefined;
  /** The online CPUs that use it. */
  readonly shared: CpuMask;
}

/** The caches of a CPU by level, then type; none when it is offline or the kernel does not tell. */
export function readCaches(files: HostFiles, cpu: Cpu): CpuCache[] {
  const directory = `${cpuDirectory}/cpu${cpu}/cache`;
  const indexes = files.list(directory).filter((name) => /^index\d{1,3}$/.test(name));
  const caches = indexes.flatMap((name) => readCache(files, `${directory}/${name}`, cpu) ?? []);
  return caches.sort((a, b) => a.level - b.level || a.type.localeCompare(b.type));
}

function readCache(files: HostFiles, directory: string, cpu: Cpu): CpuCache | undefined {
  const read = (name: string) => files.read(`${directory}/${name}`)?.trim() ?? '';
  const [level, type, id] = [read('level'), read('type'), read('id')];
  if (!/^[1-9]\d{0,2}$/.test(level) || !isType(type)) return undefined;
  const shared = CpuMask.fromSysfs(files.read(`${directory}/shared_cpu_list`)) ?? CpuMask.empty;
  return {
    level: Number(level),
    type,
    id: /^\d{1,10}$/.test(id) ? Number(id) : undefined,
    shared: shared.union(CpuMask.of([cpu])),
  };
}

const isType = (text: string): text is CpuCache['type'] => ['Data', 'Instruction', 'Unified'].includes(text);
