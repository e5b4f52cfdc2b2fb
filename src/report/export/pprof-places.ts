import { Function as Func, Line, Location, Mapping } from 'pprof-format';
import { addressOf, type Cell, UNKNOWN_DSO } from '../../profile/cells';
import type { Names } from '../../profile/names';
import type { TimedProfile } from '../../profile/timed-stacks';
import { demangled } from '../../symbols/demangle';
import type { Segment } from '../../symbols/elf/segments';
import { type CodeMapping, codeMapping, programSegments, segmentAt } from '../../symbols/program-segments';
import { nameOf } from '../flamegraph/frame-table';

/** What a profile is made of. */
export interface PprofSource {
  /** With addresses. */
  readonly profile: TimedProfile;
  readonly comms: Names;
  readonly events: readonly string[];
  /** Build-ids in hexadecimal, by the path of the program. */
  readonly builds: ReadonlyMap<string, string>;
}

/** What the upper bits of addresses of the kernel are, where a recording has the lower 48. */
const KERNEL_BITS = 0xffff_0000_0000_0000n;

/** Of what is in no file that could be read. */
const NOWHERE: CodeMapping = { start: 0n, limit: 0n, offset: 0n };

/** Where a place is: a mapping, 0 for none, and its address. */
interface Mapped {
  readonly mappingId: number;
  readonly address: bigint;
}

/**
 * The places of a recording as profile.proto has them. Addresses of a program are those of its file, as if it was loaded where
 * that says: each process had it elsewhere, and so tools that take programs apart find them.
 */
export class PprofPlaces {
  readonly mapping: Mapping[] = [];
  readonly location: Location[] = [];
  readonly functions: Func[] = [];
  readonly #mappings = new Map<string, number>();
  readonly #locations = new Map<number, number>();
  readonly #functions = new Map<string, number>();
  /** By program. */
  readonly #segments = new Map<number, readonly Segment[] | undefined>();

  constructor(
    private readonly source: PprofSource,
    private readonly text: (value: string) => number,
  ) {}

  /** The id of the location of a cell. */
  locationOf(id: number): number {
    const known = this.#locations.get(id);
    if (known !== undefined) return known;
    const cell = this.source.profile.cells.at(id) ?? { dso: -1, isKernel: false };
    const location = this.location.length + 1;
    this.#locations.set(id, location);
    this.location.push(new Location({ id: location, ...this.mapped(cell), line: this.linesOf(id, cell) }));
    return location;
  }

  /** The functions at a place, the innermost first; the last is that which was called. */
  private linesOf(id: number, cell: Cell): Line[] {
    const frames = this.source.profile.addresses?.source?.get(id) ?? [];
    const inlined = frames
      .slice(0, -1)
      .flatMap(({ name, source }) => (name === undefined ? [] : [this.line(cell, demangled(name), name, source)]));
    const own = nameOf(cell, this.pathOf(cell));
    return [...inlined, this.line(cell, own, cell.name ?? own, frames.at(-1)?.source)];
  }

  private line(cell: Cell, name: string, mangled: string, source: { path: string; line: number } | undefined): Line {
    const key = `${cell.dso} ${name}`;
    const functionId =
      this.#functions.get(key) ?? this.addFunction(key, name, mangled, source?.path ?? this.pathOf(cell));
    return new Line({ functionId, line: source?.line ?? 0 });
  }

  /** Without a source file, functions of one name are told apart by their programs. */
  private addFunction(key: string, name: string, mangled: string, file: string): number {
    const id = this.functions.length + 1;
    this.#functions.set(key, id);
    const [own, systemName, filename] = [name, mangled, file].map(this.text);
    this.functions.push(new Func({ id, name: own ?? 0, systemName: systemName ?? 0, filename: filename ?? 0 }));
    return id;
  }

  private pathOf({ dso }: Cell): string {
    return this.source.profile.cells.dsos.textOf(dso);
  }

  private mapped(cell: Cell): Mapped {
    const [path, at] = [this.pathOf(cell), addressOf(cell)];
    if (path === UNKNOWN_DSO) return { mappingId: 0, address: at };
    if (cell.isKernel) return { mappingId: this.kernelMapping(path, at), address: at };
    const segment = segmentAt(this.segmentsOf(cell.dso, path), at);
    if (!segment) return { mappingId: this.mappingOf(path, NOWHERE), address: at };
    const address = BigInt.asUintN(64, at - segment.offset + segment.address);
    return { mappingId: this.mappingOf(path, codeMapping(segment)), address };
  }

  private kernelMapping(path: string, address: bigint): number {
    const low = Number(BigInt.asUintN(48, address));
    const range = this.source.profile.addresses?.kernel.find(({ start, end }) => low >= start && low < end);
    return range
      ? this.mappingOf(path, {
          start: BigInt(range.start) | KERNEL_BITS,
          limit: BigInt(range.end) | KERNEL_BITS,
          offset: 0n,
        })
      : this.mappingOf(path, NOWHERE);
  }

  private segmentsOf(dso: number, path: string): readonly Segment[] {
    if (!this.#segments.has(dso)) {
      const file = this.source.profile.addresses?.fileOf(path);
      this.#segments.set(dso, file === undefined ? undefined : programSegments(file));
    }
    return this.#segments.get(dso) ?? [];
  }

  private mappingOf(path: string, { start, limit, offset }: CodeMapping): number {
    const key = `${start} ${path}`;
    const known = this.#mappings.get(key);
    if (known !== undefined) return known;
    const id = this.mapping.length + 1;
    this.#mappings.set(key, id);
    const lines = this.source.profile.addresses?.source !== undefined;
    this.mapping.push(
      new Mapping({
        ...{ id, memoryStart: start, memoryLimit: limit, fileOffset: offset },
        filename: this.text(path),
        buildId: this.text(this.source.builds.get(path) ?? ''),
        // Whatever there is has been looked up: readers are not to ask what knows less of separate debug files.
        ...{ hasFunctions: true, hasFilenames: true, hasLineNumbers: true, hasInlineFrames: lines },
      }),
    );
    return id;
  }
}
