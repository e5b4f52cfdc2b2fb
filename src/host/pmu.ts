import { CpuMask } from './cpu-mask';
import type { HostFiles } from './host-files';
import { type PmuFormat, parsePmuFormat } from './pmu-format';

/** A named event of a PMU, from its `events/` directory. */
export interface PmuAlias {
  readonly name: string;
  /** What it stands for, in the PMU's terms: `event=0x3c,umask=0x01`. */
  readonly terms: string;
  /** Of a count times `scale`: `Joules`; empty when it has none. */
  readonly unit: string;
  readonly scale: number;
  /** The count is a reading, not a sum: the last value holds, differences mean nothing. */
  readonly snapshot: boolean;
  /** One count per package, whichever of its CPUs is asked. */
  readonly perPackage: boolean;
}

/**
 * An event source of the kernel. What lies in its directory is read when first asked for, then kept.
 * @see Documentation/ABI/testing/sysfs-bus-event_source-devices*
 */
export class Pmu {
  #formatMap: ReadonlyMap<string, PmuFormat> | undefined;
  #aliasMap: ReadonlyMap<string, PmuAlias> | undefined;

  constructor(
    private readonly files: HostFiles,
    readonly name: string,
    /** What `perf_event_attr.type` takes. */
    readonly type: number,
    private readonly directory: string,
  ) {}

  /** Its terms by name. Those whose place this program does not understand are left out. */
  get formats(): ReadonlyMap<string, PmuFormat> {
    this.#formatMap ??= this.readAll('format', (name, text) => parsePmuFormat(name, text));
    return this.#formatMap;
  }

  /** Its named events by name. */
  get aliases(): ReadonlyMap<string, PmuAlias> {
    this.#aliasMap ??= this.readAll('events', (name, text) => this.alias(name, text.trim()));
    return this.#aliasMap;
  }

  /** What it is capable of, by name: `max_precise` → `3`. */
  get capabilities(): ReadonlyMap<string, string> {
    return this.readAll('caps', (_name, text) => text.trim());
  }

  /**
   * The CPUs to open its events on: one per package of an uncore PMU (`cpumask`), those of its kind of a core PMU on a
   * hybrid machine (`cpus`). Undefined when it does not tell: all of them. Read anew, as it changes with hotplug.
   */
  get cpus(): CpuMask | undefined {
    const read = (file: string) => CpuMask.fromSysfs(this.files.read(`${this.directory}/${file}`));
    return read('cpumask') ?? read('cpus');
  }

  /** Whether it counts what a CPU core does: cycles, instructions, … */
  get isCore(): boolean {
    return this.type === 4 || this.name === 'cpu' || this.files.read(`${this.directory}/cpus`) !== undefined;
  }

  private readAll<T>(directory: string, parse: (name: string, text: string) => T | undefined): ReadonlyMap<string, T> {
    const path = `${this.directory}/${directory}`;
    const entries = new Map<string, T>();
    for (const name of this.files.list(path)) {
      const value = parse(name, this.files.read(`${path}/${name}`) ?? '');
      if (value !== undefined) entries.set(name, value);
    }
    return entries;
  }

  private alias(name: string, terms: string): PmuAlias | undefined {
    // name.unit, name.scale, … describe the alias of that name.
    if (/\.(unit|scale|snapshot|per-pkg)$/.test(name)) return undefined;
    const read = (suffix: string) => this.files.read(`${this.directory}/events/${name}.${suffix}`)?.trim();
    const scale = Number(read('scale') || 1);
    return {
      name,
      terms,
      unit: read('unit') ?? '',
      scale: Number.isFinite(scale) ? scale : 1,
      snapshot: read('snapshot') === '1',
      perPackage: read('per-pkg') === '1',
    };
  }
}
