import { present } from '../base/assert';
import type { Cpu, Fd } from '../base/units';
import type { HostFiles } from '../host/host-files';
import type { RecordingFacts } from '../perfdata/features';
import { PerfDataWriter } from '../perfdata/perf-data-writer';
import { PipeWriter } from '../perfdata/pipe-writer';
import type { RecordWriter } from '../perfdata/record-writer';
import type { RecordedEvent } from '../perfdata/recorded-event';
import { recordedBuilds } from './recorded-builds';
import { survey } from './survey';
import { type Survey, Tally } from './tally';

/** Where a recording goes: a file, of which an earlier one is kept as `.old`, or what it can be written to on and on. */
export type Destination = { readonly path: string } | { readonly pipe: Fd };

/** Room for the ids of clones on CPUs that come online later, for each event; see `PerfDataWriter`. */
const SPARE_IDS = 64;

/**
 * One file of a recording, or the pipe that it goes to. What it holds is counted when it ends, by going through it once;
 * or, where it cannot be read again or there is no time for that, with every record.
 */
export class RecordingFile {
  /** Whether a file failed to take all of what was appended: some of that may be in it. */
  #isShort = false;

  private constructor(
    private readonly writer: RecordWriter,
    private readonly file: PerfDataWriter | undefined,
    private readonly tally: Tally | undefined,
  ) {}

  /**
   * @param countsAlways whether records are counted as they come; in a pipe they always are
   * @throws SyswideError OUTPUT_FAILED
   */
  static create(
    to: Destination,
    events: readonly RecordedEvent[],
    facts: RecordingFacts,
    countsAlways: boolean,
  ): RecordingFile {
    if ('pipe' in to) return new RecordingFile(new PipeWriter(to.pipe, events, facts), undefined, new Tally());
    const file = PerfDataWriter.create(to.path, events, facts, { spareIds: SPARE_IDS });
    return new RecordingFile(file, file, countsAlways ? new Tally() : undefined);
  }

  /** Of records, so far. */
  get bytes(): number {
    return this.writer.dataSize;
  }

  /**
   * As of `RecordWriter`.
   * @param on whose ring they were in
   */
  append(views: readonly Uint8Array[], on?: Cpu): void {
    try {
      this.writer.append(views);
    } catch (error) {
      this.#isShort = true;
      throw error;
    }
    this.tally?.records(views, on);
  }

  /** What it holds so far; undefined where records are counted only in the end. */
  get progress(): { readonly samplesOn: ReadonlyMap<Cpu, number>; readonly lost: bigint } | undefined {
    if (!this.tally) return undefined;
    const { samplesOn, survey } = this.tally;
    return { samplesOn: new Map(samplesOn), lost: [...survey.lost.values()].reduce((sum, count) => sum + count, 0n) };
  }

  /** As of `RecordWriter`. */
  addIds(ids: readonly (readonly [event: number, id: bigint])[]): void {
    this.writer.addIds(ids);
  }

  /** As of `RecordWriter`. */
  sync(): void {
    this.writer.sync();
  }

  /** What it holds, counted so far; all of it once it is synced. */
  survey(): Survey {
    if (this.file && (this.#isShort || !this.tally)) return survey(this.file.openPath);
    return present(this.tally, 'records of a pipe are counted').survey;
  }

  /**
   * Ends it with what it says of itself.
   * @param builds where to look which builds of programs it is of; undefined: it is not to tell
   * @throws SyswideError OUTPUT_FAILED; what was synced can be read all the same
   */
  finish({ sampleTime, programs }: Survey, builds: HostFiles | undefined): void {
    this.writer.finish({
      ...(builds ? { builds: recordedBuilds(builds, programs) } : {}),
      ...(sampleTime ? { sampleTime } : {}),
    });
  }

  /** As of `PerfDataWriter`; only of a file. */
  rename(path: string): void {
    this.file?.rename(path);
  }

  close(): void {
    this.writer.close();
  }
}
