import { CLOCK_MONOTONIC } from '../abi/perf-event';
import { finishedRound } from '../abi/side-band';
import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import type { Fd, MonotonicTime } from '../base/units';
import { openRequested } from '../counts/open-requested';
import { BackgroundLoop } from '../gang/background-loop';
import type { LiveGang } from '../gang/live-gang';
import type { OpenClone } from '../gang/opening';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { PerfDataWriter } from '../perfdata/perf-data-writer';
import type { RecordedEvent } from '../perfdata/recorded-event';
import { CpuRings } from '../ring/cpu-rings';
import { withoutPremature } from './premature';
import type { RecordRequest } from './record-request';
import { recordedEvents } from './recorded-events';

/** How often, in ms, what was recorded is made part of what readers see, at the least. */
const SYNC_MS = 500;

/** Room for the ids of clones on CPUs that come online later, for each event; see `PerfDataWriter`. */
const SPARE_IDS = 64;

/** A gang that samples, its rings, and the file they are emptied into. Owns all of them until `close`. */
export class Recorder {
  readonly #round = finishedRound();
  readonly #ids: [event: number, id: bigint][] = [];
  #writer: PerfDataWriter | undefined;
  #loop: BackgroundLoop | undefined;
  #failure: SyswideError | undefined;
  #premature = 0;
  #live: LiveGang | undefined;
  readonly notices: string[] = [];

  private constructor(
    private readonly kernel: Kernel,
    private readonly request: RecordRequest,
    private readonly interruption: Interruption,
    readonly rings: CpuRings,
  ) {}

  /** Opens everything, and writes what stands before the samples. @throws SyswideError; nothing is left open then */
  static async open(kernel: Kernel, request: RecordRequest, interruption: Interruption): Promise<Recorder> {
    const { ringPages: dataPages, mayShrink } = request;
    const rings = new CpuRings(kernel, { dataPages, mayShrink, clockId: CLOCK_MONOTONIC });
    const recorder = new Recorder(kernel, request, interruption, rings);
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

  /** Bytes of records so far. */
  get dataSize(): number {
    return this.writer.dataSize;
  }

  get writer(): PerfDataWriter {
    return present(this.#writer, 'a recorder that is open has its file');
  }

  /** The events as the file has them. */
  get events(): readonly RecordedEvent[] {
    return recordedEvents(this.live.gang, this.request.target, this.#ids);
  }

  /** Lets all CPUs sample, and leaves out what came before the last of them did. */
  arm(): MonotonicTime {
    const { end } = this.live.arm();
    this.drain((views) => {
      const { kept, premature } = withoutPremature(views, end);
      this.#premature += premature;
      return kept;
    });
    return end;
  }

  /** Empties rings as they fill, beside whatever else is waited for. */
  start(): void {
    this.#loop ??= new BackgroundLoop(this.kernel, (wakeup) => this.step(wakeup));
  }

  /** Ends sampling, and takes in all that is left. The file can be finished then. */
  async stop(): Promise<void> {
    if (this.live.gang.state === 'armed') this.live.pause();
    await this.live.settle();
    await this.#loop?.stop();
    this.attempt(() => {
      this.drain();
      this.writer.sync();
    });
  }

  /** Harmless when repeated. */
  async close(): Promise<void> {
    try {
      await this.#loop?.stop();
      await this.#live?.close();
    } finally {
      this.rings.close();
      this.#writer?.close();
      this.#writer = undefined;
    }
  }

  private async prepare(): Promise<void> {
    const connect = (clones: readonly OpenClone[]) => this.connect(clones);
    const { live, notices } = await openRequested(this.kernel, { ...this.request, connect }, this.interruption);
    this.#live = live;
    this.notices.push(...notices);
    this.#writer = PerfDataWriter.create(this.request.path, this.events, this.request.facts, { spareIds: SPARE_IDS });
    for (const batch of batches(this.request.running())) this.writer.append(batch);
    this.writer.append([this.#round]);
    this.writer.sync();
  }

  /** What new clones write goes to the rings, and their ids into the file, before they count. */
  private connect(clones: readonly OpenClone[]): void {
    try {
      this.rings.connect(clones);
      const ids = this.kernel.eventIds(clones.map(({ fd }) => fd));
      const added = clones.map(({ event }, i) => [event, present(ids[i], 'an id each')] as [number, bigint]);
      this.#ids.push(...added);
      this.#writer?.addIds(added);
    } catch (error) {
      throw error instanceof KernelError ? noRing(error, this.rings.ringBytes) : error;
    }
  }

  private async step(wakeup: Fd): Promise<boolean> {
    await this.kernel.wait([...this.rings.fds, wakeup], SYNC_MS);
    const failure = this.attempt(() => {
      this.drain();
      this.writer.sync();
    });
    const { mostBytes } = this.request;
    if (!failure && mostBytes !== undefined && this.dataSize >= mostBytes) this.interruption.interrupt();
    return failure === undefined;
  }

  /**
   * What cannot be written ends the recording, in order: what was written can be read.
   * @returns why it could not, now or earlier
   */
  attempt(action: () => void): SyswideError | undefined {
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

  private drain(take: (views: readonly Uint8Array[]) => readonly Uint8Array[] = (views) => views): void {
    const bytes = this.rings.drain.drain((_, views) => this.writer.append(take(views)));
    if (bytes > 0) this.writer.append([this.#round]);
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
