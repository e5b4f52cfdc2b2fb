import type { Cpu } from '../base/units';
import { type CpuCache, readCaches } from './cpu-cache';
import { cpuDirectory } from './cpus';
import type { HostFiles } from './host-files';

/**
 * Where a CPU sits. Numbers are the kernel's: cores count within a socket, dies within a socket, and may have gaps.
 * As in perf, -1 stands for a socket, core or node that the kernel does not tell, 0 for a die or cluster.
 */
export interface CpuPlace {
  readonly socket: number;
  readonly die: number;
  readonly cluster: number;
  readonly core: number;
  readonly node: number;
}

/**
 * The places of CPUs, read when first asked for. sysfs forgets the place of a CPU that goes offline; this object does
 * not, if it was asked while the CPU was there.
 *
 * @see Documentation/admin-guide/cputopology.rst; tools/perf/util/cpumap.c for the defaults
 */
export class Topology {
  readonly #places = new Map<Cpu, CpuPlace>();
  readonly #cacheLists = new Map<Cpu, readonly CpuCache[]>();

  constructor(private readonly files: HostFiles) {}

  /** Reads these CPUs now, so that they stay known once they go offline. */
  learn(cpus: Iterable<Cpu>): void {
    for (const cpu of cpus) {
      this.place(cpu);
      this.caches(cpu);
    }
  }

  place(cpu: Cpu): CpuPlace {
    const known = this.#places.get(cpu);
    if (known !== undefined) return known;
    const place = this.readPlace(cpu);
    // A core of -1: the CPU is offline or unknown. Ask again next time.
    if (place.core >= 0) this.#places.set(cpu, place);
    return place;
  }

  /** The caches a CPU uses, smallest level first; none when it is offline or the kernel does not tell. */
  caches(cpu: Cpu): readonly CpuCache[] {
    const known = this.#cacheLists.get(cpu);
    if (known !== undefined) return known;
    const caches = readCaches(this.files, cpu);
    if (caches.length > 0) this.#cacheLists.set(cpu, caches);
    return caches;
  }

  private readPlace(cpu: Cpu): CpuPlace {
    const directory = `${cpuDirectory}/cpu${cpu}`;
    const read = (name: string) => parseId(this.files.read(`${directory}/topology/${name}`));
    // A CPU's directory holds a link node<N> to the memory node that it is on.
    const node = this.files.list(directory).find((name) => /^node\d{1,6}$/.test(name));
    return {
      socket: read('physical_package_id'),
      die: Math.max(0, read('die_id')),
      cluster: Math.max(0, read('cluster_id')),
      core: read('core_id'),
      node: node === undefined ? -1 : Number(node.slice('node'.length)),
    };
  }
}

function parseId(text: string | undefined): number {
  const trimmed = text?.trim() ?? '';
  return /^\d{1,10}$/.test(trimmed) ? Number(trimmed) : -1;
}
