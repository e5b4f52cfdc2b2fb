import { Names } from './names';
import { PagedColumn } from './paged-column';
import { PairNumbering } from './pair-numbering';

/** What is known of a sample's cgroup: its id, in two halves; 0 where the sample does not tell. */
export interface CgroupId {
  readonly cgroupLow: number;
  readonly cgroupHigh: number;
}

/**
 * The cgroups of a recording by number, each with the name that the first record of it has. There may be as many as records.
 * Source: cgroup__findnew() in tools/perf/util/cgroup.c, Linux 6.1.
 */
export class Cgroups {
  readonly #ids = new PairNumbering();
  readonly #names = new Names();
  /** By cgroup, the number of its name + 1; 0: no record has told it. */
  readonly #nameOf = new PagedColumn(Int32Array);
  /** cgroups and CPUs that samples are of. */
  readonly #places = new PairNumbering();

  /** A record that tells of a name: the bytes between `begin` and `end`. */
  tell(id: CgroupId, bytes: Uint8Array, begin: number, end: number): void {
    const cgroup = this.of(id);
    if (this.#nameOf.at(cgroup) === 0) this.#nameOf.set(cgroup, this.#names.idOfBytes(bytes, begin, end) + 1);
  }

  /** The number of a cgroup. */
  of({ cgroupLow, cgroupHigh }: CgroupId): number {
    const cgroup = this.#ids.of(cgroupLow, cgroupHigh);
    if (cgroup === this.#nameOf.length) this.#nameOf.push(0);
    return cgroup;
  }

  /** Its path below the root of the hierarchy, as the recording has it; undefined where that does not tell. */
  nameOf(cgroup: number): string | undefined {
    const name = this.#nameOf.at(cgroup);
    return name === 0 ? undefined : this.#names.textOf(name - 1);
  }

  /** Whether it is that of samples which tell of none. */
  isNone(cgroup: number): boolean {
    return this.#ids.firstAt(cgroup) === 0 && this.#ids.secondAt(cgroup) === 0;
  }

  /** By id, ascending as the numbers with a sign that perf takes them for. */
  compare(a: number, b: number): number {
    const high = this.#ids.secondAt(a) - this.#ids.secondAt(b);
    return high === 0 ? (this.#ids.firstAt(a) >>> 0) - (this.#ids.firstAt(b) >>> 0) : high;
  }

  /** A number for a CPU and a cgroup: stacks have one word for both. */
  placeOf(id: CgroupId, cpu: number): number {
    return this.#places.of(this.of(id), cpu);
  }

  /** The cgroup of such a number. */
  cgroupAt(place: number): number {
    return this.#places.firstAt(place);
  }

  cpuAt(place: number): number {
    return this.#places.secondAt(place);
  }
}
