import { present } from '../base/assert';
import { SyswideError } from '../base/error';
import { type Fd, type MonotonicTime, monotonicTime } from '../base/units';
import { openRequested } from '../counts/open-requested';
import { BackgroundLoop } from '../gang/background-loop';
import type { LiveGang } from '../gang/live-gang';
import type { Connector, OpenClone } from '../gang/opening';
import type { Interruption } from '../native/interruption';
import type { Kernel, Timer } from '../native/kernel';
import { inClock } from './clock';
import { CpuChanges } from './cpu-changes';
import { type Losses, RecordingOutput } from './output';
import type { EndedFile, RecordRequest } from './record-request';
import { positionsInFile, recordedEvents } from './recorded-events';
import { SampleRings } from './sample-rings';

/** When to look again whether all clones are known, in ns. */
const SOON = 1_000_000n;

/** How often, in ms, what was recorded is made part of what readers see, at the least. */
const SYNC_MS = 500;

/** A gang that samples, its rings, and what they are emptied into. Owns all of them until `close`. */
export class Recorder {
  readonly #ids: [event: number, id: bigint][] = [];
  readonly output: RecordingOutput;
  readonly rings: SampleRings;
  #loop: BackgroundLoop | undefined;
  #timer: Timer | undefined;
  /** For a file that has to wait to be ended. */
  #soon: Timer | undefined;
  #failure: SyswideError | undefined;
  #lastFile: EndedFile | undefined;
  #live: LiveGang | undefined;
  readonly notices: string[] = [];

  private constructor(
    private readonly kernel: Kernel,
    private readonly request: RecordRequest,
    private readonly interruption: Interruption,
  ) {
    this.output = new RecordingOutput(request);
    this.rings = new SampleRings(kernel, request, this.output, () => this.isHeld);
  }

  /** Opens everything, and writes what stands before the samples. @throws SyswideError; nothing is left open then */
  static async open(kernel: Kernel, request: RecordRequest, interruption: Interruption): Promise<Recorder> {
    const recorder = new Recorder(kernel, request, interruption);
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

  /** Once it has stopped: the file that was written last; undefined where that could not be begun or ended. */
  get lastFile(): EndedFile | undefined {
    return this.#lastFile;
  }

  /** Lets all CPUs sample, and leaves out what came before the last of them did. */
  arm(): MonotonicTime {
    const { end } = this.live.arm();
    this.rings.drain(this.armed);
    return end;
  }

  /** Once a delay is over. Whoever has enabled or disabled it meanwhile has decided whether it samples. */
  armLate(): MonotonicTime {
    return this.live.gang.state === 'reserved' ? this.arm() : monotonicTime(process.hrtime.bigint());
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
    if (!this.output.hasMany || this.live.gang.state === 'reserved') return;
    if (this.isHeld) {
      // What clones write that have just been opened means nothing in a file that does not know them.
      this.#soon?.close();
      this.#soon = this.kernel.createTimer(monotonicTime(process.hrtime.bigint() + SOON), undefined, () =>
        this.rotate(),
      );
      return;
    }
    this.attempt(() => {
      this.rings.collect(this.armed);
      const ended = this.output.end(false);
      try {
        this.beginFile();
      } finally {
        this.request.onFile(ended);
      }
    });
  }

  /** Ends sampling, takes in all that is left, and finishes the file. */
  async stop(): Promise<void> {
    this.closeTimers();
    if (this.live.gang.state === 'armed') this.live.pause();
    await this.live.settle();
    await this.#loop?.stop();
    this.attempt(() => this.rings.collect(this.armed));
    // What was written is finished, too, where something stood against the rest.
    const failure = this.#failure;
    this.#failure = undefined;
    this.attempt(() => {
      // The next of several could not be begun.
      if (!this.output.hasFile) return;
      // Rings that are overwritten lose what told of losses, too.
      this.#lastFile = this.output.end(true, this.request.overwrite ? undefined : this.losses);
    });
    this.#failure = failure ?? this.#failure;
  }

  /** Harmless when repeated. */
  async close(): Promise<void> {
    try {
      this.closeTimers();
      await this.#loop?.stop();
      await this.#live?.close();
    } finally {
      this.rings.close();
      this.output.close();
    }
  }

  private closeTimers(): void {
    this.#timer?.close();
    this.#soon?.close();
  }

  private get losses(): Losses {
    return { lost: this.live.gang.lost(), time: this.kernel.clockTime(this.request.clockId) };
  }

  /** Whether clones write that are not known yet. */
  private get isHeld(): boolean {
    return this.#live?.follower?.isOpening ?? false;
  }

  /** When all CPUs counted. */
  private get armed(): MonotonicTime | undefined {
    return this.live.gang.armSpan?.end;
  }

  private async prepare(): Promise<void> {
    const connector: Connector = {
      connect: (clones) => this.rings.connect(clones),
      outputOf: (clone) => this.rings.outputOf(clone),
      connected: (clones) => this.connected(clones),
    };
    const { live, notices } = await openRequested(this.kernel, { ...this.request, connector }, this.interruption);
    this.#live = live;
    this.notices.push(...notices);
    this.beginFile();
    this.rings.rememberWhatRuns();
    this.followCpus();
  }

  /** Files tell of CPUs that come and go: without samples they look like idle ones. */
  private followCpus(): void {
    const changes = new CpuChanges(this.inOwnClock(monotonicTime(process.hrtime.bigint())));
    const { gang, follower } = this.live;
    follower?.onHappening((happening) =>
      this.attempt(() => {
        const covered = gang.places.flatMap(({ cpu }) => (cpu === undefined ? [] : [cpu]));
        const [, id = 0n] = this.#ids[0] ?? [];
        this.output.append([changes.record(happening, this.inOwnClock(happening.at), covered, id)]);
      }),
    );
  }

  private inOwnClock(time: MonotonicTime): bigint {
    return inClock(this.kernel, this.request.clockId, time);
  }

  private beginFile(): void {
    this.output.begin(recordedEvents(this.live.gang, this.request.target, this.#ids));
  }

  /** The ids of new clones go into the file before what they write. */
  private connected(clones: readonly OpenClone[]): void {
    const ids = this.kernel.eventIds(clones.map(({ fd }) => fd));
    const added = clones.map(({ event }, i) => [event, present(ids[i], 'an id each')] as [number, bigint]);
    this.#ids.push(...added);
    // What is opened first comes before the file, which begins with all of it.
    if (!this.#live) return;
    const positions = positionsInFile(this.#live.gang);
    this.output.addIds(added.map(([event, id]) => [present(positions.get(event), 'it is in the file'), id]));
  }

  private async step(wakeup: Fd): Promise<boolean> {
    await this.kernel.wait([...this.rings.fds, wakeup], SYNC_MS);
    this.attempt(() => {
      this.rings.drain(this.armed);
      this.output.sync();
    });
    const { mostBytes = Number.POSITIVE_INFINITY, rotation } = this.request;
    if (this.output.fileBytes >= (rotation?.mostBytes ?? Number.POSITIVE_INFINITY)) this.rotate();
    if (this.output.bytes >= mostBytes) this.interruption.interrupt();
    return this.#failure === undefined;
  }

  /** What cannot be written ends the recording, in order: what was written can be read. */
  private attempt(action: () => void): void {
    if (this.#failure) return;
    try {
      action();
    } catch (error) {
      if (!(error instanceof SyswideError)) throw error;
      this.#failure = error;
      this.interruption.interrupt();
    }
  }
}
