import type { HostFiles } from './host-files';
import { Pmu } from './pmu';

const devices = '/sys/bus/event_source/devices';

/** The event sources of this machine. The list is read when first asked for, then kept. */
export class Pmus implements Iterable<Pmu> {
  #list: ReadonlyMap<string, Pmu> | undefined;

  constructor(private readonly files: HostFiles) {}

  /** Sorted by name. */
  [Symbol.iterator](): Iterator<Pmu> {
    return this.byName().values();
  }

  get(name: string): Pmu | undefined {
    return this.byName().get(name);
  }

  /** Those that count what CPU cores do: `cpu`; `cpu_core` and `cpu_atom`; `armv8_…`. */
  core(): Pmu[] {
    return [...this].filter((pmu) => pmu.isCore);
  }

  /** False in most virtual machines: `cycles` and the like cannot be counted there. */
  hasHardwarePmu(): boolean {
    return this.core().length > 0;
  }

  private byName(): ReadonlyMap<string, Pmu> {
    this.#list ??= new Map(this.files.list(devices).flatMap((name) => this.read(name)));
    return this.#list;
  }

  private read(name: string): [string, Pmu][] {
    const type = this.files.read(`${devices}/${name}/type`)?.trim() ?? '';
    return /^\d{1,10}$/.test(type) ? [[name, new Pmu(this.files, name, Number(type), `${devices}/${name}`)]] : [];
  }
}
