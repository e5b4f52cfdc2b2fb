import { CLOCK_MONOTONIC } from '../abi/perf-event';
import { finishedRound } from '../abi/side-band';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import { type Fd, type MonotonicTime, monotonicTime } from '../base/units';
import { openRequested } from '../counts/open-requested';
import { BackgroundLoop } from '../gang/background-loop';
import type { LiveGang } from '../gang/live-gang';
import type { OpenClone } from '../gang/opening';
import type { Interruption } from '../native/interruption';
import type { Kernel, Timer } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { CpuRings } from '../ring/cpu-rings';
import { withoutPremature } from './premature';
import { newestLast } from './raw-records';
import { RecentRecords } from './recent-records';
import type { EndedFile, RecordRequest } from './record-request';
import { recordedEvents } from './recorded-events';
import { RecordingFile } from './recording-file';
import { EndedFiles } from './rotation';
import { totalsOf } from './survey';
import type { Totals } from './tally';

/** How often, in ms, what was recorded is made part of what readers see, at the least. */
const SYNC_MS = 500;

/** Of the ring of each CPU for what gives samples their meaning, in pages, and of what is kept of all of them, in bytes. */
const [SIDE_BAND_PAGES, SIDE_BAND_BYTES] = [64, 16 << 20];

/**
 * A gang that samples, its rings, and the file they are emptied into: as they fill, or, where they are overwritten, only
 * when a file is to end. Owns all of them until `close`.
 */
export class Recorder {
  readonly #round = finishedRound();
  readonly #ids: [event: number, id: bigint][] = [];
  readonly #ended: EndedFiles | undefined;
  readonly #recent = new RecentRecords(SIDE_BAND_BYTES);
  #file: RecordingFile | undefined;
  #loop: BackgroundLoop | undefined;
  #timer: Timer | undefined;
  #failure: SyswideError | undefined;
  #premature = 0;
  /** Whether what came before all CPUs sampled has been left out. */
  #filtered = false;
  #totals: Totals = totalsOf([]);
  #endedBytes = 0;
  #files = 0;
  #lastFile: EndedFile | undefined;
  #live: LiveGang | undefined;
  readonly notices: string[] = [];

  private constructor(
    private readonly kernel: Kernel,
    private readonly request: RecordRequest,
    private readonly interruption: Interruption,
    readonly rings: CpuRings,
    /** For what does not go to rings that are overwritten; the same ones where none are. */
    private readonly sideRings: CpuRings,
  ) {
    const { to, rotation } = request;
    if (rotation && 'path' in to) this.#ended = new EndedFiles(to.path, rotation.mostFiles);
  }

  /** Opens everything, and writes what stands before the samples. @throws SyswideError; nothing is left open then */
  static async open(kernel: Kernel, request: RecordRequest, interruption: Interruption): Promise<Recorder> {
    const { ringPages: dataPages, mayShrink, overwrite, clockId } = request;
    const shape = { dataPages, mayShrink, clockId };
    const rings = new CpuRings(kernel, { ...shape, mode: overwrite ? 'overwrite' : 'drain' });
    const sideRings = overwrite ? new CpuRings(kernel, { ...shape, dataPages: SIDE_BAND_PAGES }) : rings;
    const recorder = new Recorder(kernel, request, interruption, rings, sideRings);
    try {
      await recorder.prepare();
      return recorder;
    } catch (error) {
      await recorder.close();
      throw error;
    }
  }

  get live(): LiveGang {
    return present(this.#live, 'a recorder that is open has its gang');
  }

  /** Why it had to end early; undefined while all is well. */
  get failure(): SyswideError | undefined {
    return this.#failure;
  }

  /** Samples that were older than the moment at which all CPUs counted, and left out. */
  get premature(): number {
    return this.#premature;
  }

  /** Of all files that have ended. */
  get totals(): Totals {
    return this.#totals;
  }

  /** How many files have ended. */
  get files(): number {
    return this.#files;
  }

  /** Once it has stopped: the file that was written last; undefined where that could not be ended. */
  get lastFile(): EndedFile | undefined {
    return this.#lastFile;
  }

  /** Bytes of records so far, in all files. */
  get dataSize(): number {
    return this.#endedBytes + (this.#file?.bytes ?? 0);
  }

  /** Lets all CPUs sample, and leaves out what came before the last of them did. */
  arm(): MonotonicTime {
    const { end } = this.live.arm();
    this.drain();
    return end;
  }

  /** Empties rings as they fill, and begins new files, beside whatever else is waited for. */
  start(): void {
    const { rotation } = this.request;
    this.#loop ??= new BackgroundLoop(this.kernel, (wakeup) => this.step(wakeup));
    if (rotation?.every === undefined) return;
    const first = monotonicTime(process.hrtime.bigint() + rotation.every);
    this.#timer ??= this.kernel.createTimer(first, rotation.every, () => this.rotate());
  }

  /** Ends the file that is being written, under a name of its own, and begins another. */
  rotate(): void {
    if (!this.#ended || this.live.gang.state === 'reserved') return;
    this.attempt(() => {
      this.collect();
      const ended = this.endFile(true);
      this.#file = this.newFile();
      this.request.onFile(ended);
    });
  }

  /** Ends sampling, takes in all that is left, and finishes the file. */
  async stop(): Promise<void> {
    this.#timer?.close();
    if (this.live.gang.state === 'armed') this.live.pause();
    await this.live.settle();
    await this.#loop?.stop();
    this.attempt(() => this.collect());
    // What was written is finished, too, where something stood against the rest.
    const failure = this.#failure;
    this.#failure = undefined;
    this.attempt(() => {
      this.#lastFile = this.endFile(this.request.rotation?.keepsLastName === false);
    });
    this.#failure = failure ?? this.#failure;
  }

  /** Harmless when repeated. */
  async close(): Promise<void> {
    try {
      this.#timer?.close();
      await this.#loop?.stop();
      await this.#live?.close();
    } finally {
      this.rings.close();
      this.sideRings.close();
      this.#file?.close();
      this.#file = undefined;
    }
  }

  private get file(): RecordingFile {
    return present(this.#file, 'a recorder that is open has its file');
  }

  private async prepare(): Promise<void> {
    const connect = (clones: readonly OpenClone[]) => this.connect(clones);
    const { live, notices } = await openRequested(this.kernel, { ...this.request, connect }, this.interruption);
    this.#live = live;
    this.notices.push(...notices);
    this.#file = this.newFile();
  }

  private newFile(): RecordingFile {
    const { to, facts, target, rotation, overwrite } = this.request;
    const events = recordedEvents(this.live.gang, target, this.#ids);
    const file = RecordingFile.create(to, events, facts, rotation !== undefined || overwrite);
    try {
      if (!overwrite) this.tellWhatRuns(file);
      file.sync();
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  }

  private tellWhatRuns(file: RecordingFile): void {
    for (const batch of batches(this.request.running())) file.append(batch);
    file.append([this.#round]);
  }

  private endFile(renamed: boolean): EndedFile {
    const { to, buildIds, files } = this.request;
    const file = this.file;
    file.sync();
    const survey = file.survey();
    file.finish(survey, buildIds ? files : undefined);
    const path = (renamed && this.#ended?.next(new Date())) || ('path' in to ? to.path : '-');
    if (renamed) file.rename(path);
    file.close();
    this.#file = undefined;
    if (renamed) this.#ended?.add(path);
    this.#totals = totalsOf([this.#totals, survey]);
    this.#endedBytes += file.bytes;
    this.#files += 1;
    return { path, bytes: file.bytes, ...survey };
  }

  /** What new clones write goes to the rings, and their ids into the file, before they count. */
  private connect(clones: readonly OpenClone[]): void {
    try {
      const overwritten = ({ event }: OpenClone) => this.request.events[event]?.attr.flags?.writeBackward === true;
      this.rings.connect(clones.filter(overwritten));
      this.sideRings.connect(clones.filter((clone) => !overwritten(clone)));
      const ids = this.kernel.eventIds(clones.map(({ fd }) => fd));
      const added = clones.map(({ event }, i) => [event, present(ids[i], 'an id each')] as [number, bigint]);
      this.#ids.push(...added);
      this.#file?.addIds(added);
    } catch (error) {
      throw error instanceof KernelError ? noRing(error, this.rings.ringBytes) : error;
    }
  }

  private async step(wakeup: Fd): Promise<boolean> {
    await this.kernel.wait([...this.sideRings.fds, wakeup], SYNC_MS);
    const failure = this.attempt(() => {
      this.drain();
      this.file.sync();
    });
    const { mostBytes, rotation } = this.request;
    if (rotation?.mostBytes !== undefined && !failure && this.file.bytes >= rotation.mostBytes) this.rotate();
    if (mostBytes !== undefined && this.dataSize >= mostBytes) this.interruption.interrupt();
    return this.#failure === undefined;
  }

  /**
   * What cannot be written ends the recording, in order: what was written can be read.
   * @returns why it could not, now or earlier
   */
  private attempt(action: () => void): SyswideError | undefined {
    if (this.#failure) return this.#failure;
    try {
      action();
      return undefined;
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      this.#failure = error;
      this.interruption.interrupt();
      return error;
    }
  }

  private collect(): void {
    this.drain();
    if (this.request.overwrite) this.dump();
  }

  private drain(): void {
    if (this.request.overwrite) {
      this.sideRings.drain.drain((_, views) => this.#recent.add(views));
      return;
    }
    const bytes = this.rings.drain.drain((_, views) => this.file.append(this.withoutPremature(views)));
    if (bytes > 0) this.file.append([this.#round]);
    this.#filtered ||= this.live.gang.armSpan !== undefined;
  }

  /** What rings that are overwritten hold, and what runs now and has lately run. */
  private dump(): void {
    const snapshots = this.rings.snapshot();
    this.tellWhatRuns(this.file);
    this.file.append(this.#recent.all);
    for (const { bytes } of snapshots) this.file.append(this.withoutPremature(newestLast(bytes)));
    this.file.append([this.#round]);
  }

  /** A time of CLOCK_MONOTONIC in the clock of the records. */
  private inOwnClock(time: MonotonicTime): bigint {
    const { clockId } = this.request;
    if (clockId === CLOCK_MONOTONIC) return time;
    return time + this.kernel.clockTime(clockId) - this.kernel.clockTime(CLOCK_MONOTONIC);
  }

  private withoutPremature(views: readonly Uint8Array[]): readonly Uint8Array[] {
    const span = this.#filtered ? undefined : this.live.gang.armSpan;
    if (!span) return views;
    const { kept, premature } = withoutPremature(views, this.inOwnClock(span.end));
    this.#premature += premature;
    return kept;
  }
}

/** Small records in writes of a few thousand. */
function* batches(records: Iterable<Buffer>): Generator<Buffer[]> {
  let batch: Buffer[] = [];
  for (const record of records) {
    if (batch.push(record) < 1000) continue;
    yield batch;
    batch = [];
  }
  yield batch;
}

const noRing = (error: KernelError, bytes: number): SyswideError =>
  error.errnoName === 'EPERM' || error.errnoName === 'ENOMEM'
    ? new SyswideError('NO_MEMORY', {
        what: `cannot map a ring of ${bytes / 1024} KiB for each CPU`,
        why: `this user may not lock so much memory (${error.errnoName})`,
        remedy: 'ask for less with -m, or raise kernel.perf_event_mlock_kb or `ulimit -l`',
        cause: error,
      })
    : new SyswideError('OPEN_FAILED', {
        what: 'cannot have events write into one ring',
        why: `the kernel refused it (${error.errnoName})`,
        remedy: 'see PERF_EVENT_IOC_SET_OUTPUT in perf_event_open(2)',
        cause: error,
      });
