import { programBuildId } from '../symbols/build-id';
import { cachedProgram } from '../symbols/program-cache';
import { programFiles } from '../symbols/program-file';
import type { RecordedProcesses } from './task-records';

/** A file, and its build-id, if it has one. */
export interface ProgramFile {
  readonly file: string;
  readonly build: Buffer | undefined;
}

/** The files of the programs that a recording names, as they are found on this machine: those of the recorded build. */
export class FoundPrograms {
  readonly #known = new Map<string, ProgramFile | undefined>();

  /**
   * @param builds those that were recorded, by path
   * @param root a folder in which all are looked for, instead
   * @param notices what could not be had is added to them
   */
  constructor(
    private readonly builds: ReadonlyMap<string, Buffer>,
    private readonly root: string | undefined,
    private readonly processes: RecordedProcesses | undefined,
    private readonly notices: string[],
  ) {}

  /** Undefined where there is none, or one of another build. */
  of(path: string): ProgramFile | undefined {
    const known = this.#known.get(path);
    if (known || this.#known.has(path)) return known;
    const found = path.startsWith('/') ? this.find(path) : undefined;
    this.#known.set(path, found);
    return found;
  }

  private find(path: string): ProgramFile | undefined {
    const recorded = this.builds.get(path);
    const files = this.candidates(path).map((file) => ({ file, build: programBuildId(file) }));
    const right = files.find(({ build }) => recorded && build && isOfBuild(recorded, build)) ?? this.cached(recorded);
    const known = files.find(({ build }) => build);
    if (known && !right && recorded) {
      this.notices.push(`${path} is another build than the one that was recorded: its functions have no names`);
      return undefined;
    }
    return right ?? known ?? files[0];
  }

  private candidates(path: string): string[] {
    return this.root === undefined ? [...programFiles(path, this.processes?.mappedBy(path))] : [`${this.root}${path}`];
  }

  /** What was copied at the time of the recording. As in perf, that is nothing to those who look in a folder of their own. */
  private cached(build: Buffer | undefined): ProgramFile | undefined {
    const file = build && this.root === undefined ? cachedProgram(build) : undefined;
    return file === undefined ? undefined : { file, build };
  }
}

/** Older files have 20 bytes of every build-id, with zeros behind a shorter one. */
export const isOfBuild = (recorded: Buffer, found: Buffer): boolean => recorded.subarray(0, found.length).equals(found);
