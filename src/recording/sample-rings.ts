import type { Fd, MonotonicTime } from '../base/units';
import type { OpenClone } from '../gang/opening';
import type { PlannedClone } from '../gang/plan';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { CpuRings } from '../ring/cpu-rings';
import { noRing } from './no-ring';
import type { RecordingOutput } from './output';
import { PrematureSamples } from './premature';
import { inBatches, newestLast } from './raw-records';
import { RecentRecords } from './recent-records';
import type { RecordRequest } from './record-request';

/** Of the ring of each CPU for what gives samples their meaning, in pages, and of what is kept of all of them, in bytes. */
const [SIDE_BAND_PAGES, SIDE_BAND_BYTES] = [64, 16 << 20];

/**
 * The rings of a recording, emptied as they fill; or rings that are overwritten, copied only when a file is to end, beside
 * which others bring what gives samples their meaning. Owns them until `close`.
 */
export class SampleRings {
  readonly #rings: CpuRings;
  /** For what does not go to rings that are overwritten; the same ones where none are. */
  readonly #sideRings: CpuRings;
  /** Of no length where no ring is overwritten. */
  readonly #recent: RecentRecords;
  readonly #premature: PrematureSamples;
  /** Whether what came before all CPUs sampled has been left out. */
  #filtered = false;

  constructor(
    kernel: Kernel,
    private readonly request: RecordRequest,
    private readonly output: RecordingOutput,
    isHeld: () => boolean,
  ) {
    const { ringPages: dataPages, mayShrink, overwrite, clockId } = request;
    const shape = { dataPages, mayShrink, clockId, isHeld };
    this.#premature = new PrematureSamples(kernel, clockId);
    this.#recent = new RecentRecords(overwrite ? SIDE_BAND_BYTES : 0);
    this.#rings = new CpuRings(kernel, { ...shape, mode: overwrite ? 'overwrite' : 'drain' });
    this.#sideRings = overwrite ? new CpuRings(kernel, { ...shape, dataPages: SIDE_BAND_PAGES }) : this.#rings;
  }

  /** Of each, in bytes. */
  get ringBytes(): number {
    return this.#rings.ringBytes;
  }

  /** Samples that were older than the moment at which all CPUs counted, and left out. */
  get premature(): number {
    return this.#premature.leftOut;
  }

  /** Ready once there is something to drain. */
  get fds(): Fd[] {
    return this.#sideRings.fds;
  }

  /** What these clones write goes to the rings. @throws SyswideError NO_MEMORY, OPEN_FAILED */
  connect(clones: readonly OpenClone[]): void {
    try {
      // First what is short: the others are content with what it leaves.
      this.#sideRings.connect(clones.filter((clone) => !this.isOverwritten(clone)));
      this.#rings.connect(clones.filter((clone) => this.isOverwritten(clone)));
    } catch (error) {
      throw error instanceof KernelError ? noRing(error, this.ringBytes) : error;
    }
  }

  /** See `Connector`. */
  outputOf(clone: PlannedClone): Fd | undefined {
    const rings = this.isOverwritten(clone) ? this.#rings : this.#sideRings;
    return clone.place.cpu === undefined ? undefined : rings.holderOf(clone.place.cpu);
  }

  private isOverwritten({ event }: PlannedClone): boolean {
    return this.request.events[event]?.attr.flags?.writeBackward === true;
  }

  /**
   * Takes in what rings that are not overwritten hold.
   * @param armed when all CPUs counted; undefined until then, and where nothing tells
   */
  drain(armed: MonotonicTime | undefined): void {
    if (armed !== undefined) this.#premature.armedAt(armed);
    if (this.request.overwrite) {
      this.#sideRings.drain.drain((_, views) => this.#recent.add(views));
      return;
    }
    const bytes = this.#rings.drain.drain((ring, views) =>
      this.output.append(this.withoutPremature(views), this.#rings.cpuOf(ring)),
    );
    if (bytes > 0) this.output.endRound();
    this.#filtered ||= armed !== undefined;
  }

  /** Tasks that run at the beginning may have ended when rings that are overwritten are copied. */
  rememberWhatRuns(): void {
    if (!this.request.overwrite) return;
    for (const batch of inBatches(this.request.running())) this.#recent.add(batch);
  }

  /** The same, of all rings: of those that are overwritten, with what runs now and has lately run. */
  collect(armed: MonotonicTime | undefined): void {
    this.drain(armed);
    if (!this.request.overwrite) return;
    const snapshots = this.#rings.snapshot();
    this.output.tellWhatRuns();
    this.output.append(this.#recent.all);
    for (const { cpu, bytes } of snapshots) {
      this.output.append(this.withoutPremature(newestLast(bytes)), cpu);
    }
    this.output.endRound();
  }

  /** Harmless when repeated. */
  close(): void {
    this.#rings.close();
    this.#sideRings.close();
  }

  private withoutPremature(views: readonly Uint8Array[]): readonly Uint8Array[] {
    return this.#filtered ? views : this.#premature.without(views);
  }
}
