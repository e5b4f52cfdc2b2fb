import { SyswideError } from '../base/error';
import type { HostFiles } from '../host/host-files';
import type { BuildId } from '../perfdata/build-ids';
import { kernelBuildId } from '../symbols/build-id';
import { debugFileOf } from '../symbols/debug-file';
import { readCodeIndex } from '../symbols/elf/code-index';
import { readJitDump } from '../symbols/jit-dump';
import { readJitMap } from '../symbols/jit-map';
import { type KernelIndex, readKernelIndex } from '../symbols/kernel-index';
import type { SymbolIndex } from '../symbols/symbol-index';
import { CallFrames } from '../symbols/unwind/call-frames';
import { vdsoFile, vdsoIndex } from '../symbols/vdso';
import { readVmlinux, type Vmlinux } from '../symbols/vmlinux';
import { FoundPrograms, isOfBuild } from './found-programs';
import type { RecordedProcesses } from './task-records';

/** Where symbols are looked for besides the usual places. */
export interface SymbolPlaces {
  /** Before the paths of programs. */
  readonly root?: string;
  /** A copy of /proc/kallsyms. */
  readonly kallsyms?: string;
  /** The kernel's program, instead. */
  readonly vmlinux?: string;
}

/**
 * The symbols of programs that a recording names, each read when it is first needed. A program that is another build by now
 * than the one that was recorded has none: wrong names are worse than addresses.
 */
export class Programs {
  readonly #indexes = new Map<string, SymbolIndex | undefined>();
  readonly #found: FoundPrograms;
  /** Where the functions of programs were found. */
  readonly #files = new Map<string, string>();
  readonly #builds: ReadonlyMap<string, Buffer>;
  #kernel: KernelIndex | 'not read' | undefined = 'not read';
  #vmlinux: Vmlinux | undefined;
  /** What could not be had, for a person. */
  readonly notices: string[] = [];

  constructor(
    private readonly files: HostFiles,
    builds: readonly BuildId[],
    private readonly places: SymbolPlaces = {},
    private readonly processes?: RecordedProcesses,
  ) {
    this.#builds = new Map(builds.map(({ path, id }) => [path, id]));
    this.#found = new FoundPrograms(this.#builds, places.root, processes, this.notices);
  }

  /** By place in its file; undefined where nothing is known of it. */
  indexOf(path: string): SymbolIndex | undefined {
    if (!this.#indexes.has(path)) this.#indexes.set(path, this.load(path));
    return this.#indexes.get(path);
  }

  /** The file that a program's functions were looked up in; undefined where there is none, or they have not been. */
  fileOf(path: string): string | undefined {
    return this.#files.get(path);
  }

  /** @throws SyswideError BAD_FILE, NO_PERMISSION for a file that was named, and is not the recorded kernel's */
  get kernel(): KernelIndex | undefined {
    if (this.#kernel === 'not read') this.#kernel = this.loadKernel();
    return this.#kernel;
  }

  /** What is known of the kernel's modules where its own functions are those of another file. */
  get modules(): KernelIndex | undefined {
    const hasOthers = this.places.vmlinux !== undefined && this.places.kallsyms === undefined;
    return hasOthers && this.isThisKernel() ? readKernelIndex(this.files) : undefined;
  }

  /** The kernel's program, if its functions are from there. */
  get vmlinux(): string | undefined {
    return this.#vmlinux?.path;
  }

  private load(path: string): SymbolIndex | undefined {
    if (path === '[vdso]') return this.isThisKernel() ? vdsoIndex(this.files)?.index : undefined;
    const [, process] = jitMap.exec(path) ?? [];
    if (process !== undefined) return this.compiled(path, Number(process));
    const best = this.#found.of(path);
    if (best) this.#files.set(path, best.file);
    return best && functionsOf(best.file, best.build);
  }

  /** What a program tells of the frames of its functions; undefined where nothing is known. */
  callFramesOf(path: string): CallFrames | undefined {
    if (path === '[vdso]') return this.isThisKernel() ? vdsoFrames(this.files) : undefined;
    const file = this.#found.of(path)?.file;
    return file === undefined ? undefined : unlessDamaged(() => CallFrames.read(file));
  }

  /** What the JIT compiler of a process has made. */
  private compiled(map: string, pid: number): SymbolIndex | undefined {
    const dump = this.processes?.jitDumpOf(pid);
    const refused = (path: string) => (why: string) => void this.notices.push(`${path} is not believed: ${why}`);
    return (
      (dump === undefined ? undefined : readJitDump(dump, pid, refused(dump))) ?? readJitMap(map, pid, refused(map))
    );
  }

  private loadKernel(): KernelIndex | undefined {
    const { vmlinux } = this.places;
    // As in perf, what was copied of the running kernel is better.
    if (vmlinux !== undefined && this.places.kallsyms === undefined) return this.loadVmlinux(vmlinux);
    if (this.places.kallsyms === undefined && !this.isThisKernel()) {
      this.notices.push('another kernel was recorded than the one that runs: its functions have no names');
      return undefined;
    }
    const index = readKernelIndex(this.files, this.places.kallsyms);
    if (!index) this.notices.push('the kernel hides its symbols from this user: its functions have no names');
    return index;
  }

  private loadVmlinux(path: string): KernelIndex {
    const read = readVmlinux(path);
    const recorded = this.#builds.get(KERNEL_NAME);
    if (recorded && !(read.build && isOfBuild(recorded, read.build))) throw otherBuild(path, recorded);
    this.#vmlinux = read;
    return read.functions;
  }

  /** As far as the recording tells. */
  private isThisKernel(): boolean {
    const recorded = this.#builds.get(KERNEL_NAME);
    const running = kernelBuildId(this.files);
    return !(recorded && running) || isOfBuild(recorded, running);
  }
}

const functionsOf = (file: string, build: Buffer | undefined): SymbolIndex | undefined =>
  unlessDamaged(() => readCodeIndex(file, build && debugFileOf(file, build)).index);

function vdsoFrames(files: HostFiles): CallFrames | undefined {
  using file = vdsoFile(files);
  return file && unlessDamaged(() => CallFrames.of(file));
}

function unlessDamaged<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyswideError) return undefined;
    throw error;
  }
}

/** What the kernel is called in recordings. */
const KERNEL_NAME = '[kernel.kallsyms]';

const otherBuild = (path: string, recorded: Buffer): SyswideError =>
  new SyswideError('BAD_FILE', {
    what: `cannot take the kernel's functions from ${path}`,
    why: `it is another build than the kernel that was recorded, ${recorded.toString('hex')}`,
    remedy: 'give --vmlinux the kernel with that build-id: see file or readelf -n',
  });

/** The name that the memory of JIT compilers has in a recording, see `TaskRecords`, and the file with its functions. */
const jitMap = /^\/tmp\/perf-(\d+)\.map$/;
