import { encodeAttr } from '../abi/attr';
import { PerfType, SoftwareId } from '../abi/perf-event';
import { present } from '../base/assert';
import type { Cpu, Fd } from '../base/units';
import type { OpenClone } from '../gang/opening';
import type { Kernel, RingMapping, RingMode } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import { RingDrain } from './ring-drain';
import { RingSnapshots } from './ring-snapshot';

/** The ring of one CPU. */
interface CpuRing {
  /** Of the event that holds the ring: it counts nothing, and belongs to this process, so that it outlives what fills it. */
  readonly holder: Fd;
  readonly mapping: RingMapping;
}

/** How rings are made. */
export interface RingShape {
  /** Of each ring; a power of two. */
  readonly dataPages: number;
  /** Whether to be content with less where this user may not have so much memory locked. */
  readonly mayShrink: boolean;
  /** CLOCK_* of the events that fill them: the kernel refuses to mix them. */
  readonly clockId: number;
  /** `drain` by default. Into rings that are overwritten, events have to write backwards. */
  readonly mode?: RingMode;
  /** As of `RingDrain`. */
  readonly isHeld?: () => boolean;
}

/** What the ring of a CPU held. */
export interface CpuSnapshot {
  readonly cpu: Cpu;
  /** Whole records, the newest first. A copy. */
  readonly bytes: Buffer;
}

/**
 * One ring for each CPU, into which every clone on that CPU writes. A CPU that goes offline keeps its ring, and clones
 * that follow when it is back write into it. Owns rings and holders until `close`.
 */
export class CpuRings {
  readonly #rings = new Map<Cpu, CpuRing>();
  readonly #drain: RingDrain;
  readonly #snapshots: RingSnapshots;
  #dataPages: number;

  constructor(
    private readonly kernel: Kernel,
    private readonly shape: RingShape,
  ) {
    this.#drain = new RingDrain(kernel, [], shape.isHeld);
    this.#snapshots = new RingSnapshots(kernel);
    this.#dataPages = shape.dataPages;
  }

  /** Of each ring, in bytes: less than was asked for where that was refused. */
  get ringBytes(): number {
    return this.#dataPages * this.kernel.pageSize;
  }

  /** Ready to be waited for: readable once a ring is half full. */
  get fds(): Fd[] {
    return [...this.#rings.values()].map(({ holder }) => holder);
  }

  get drain(): RingDrain {
    return this.#drain;
  }

  /** Of rings that are overwritten: what they hold now, and did not at the last time. */
  snapshot(): CpuSnapshot[] {
    const rings = [...this.#rings.values()].map(({ holder, mapping }) => ({ fd: holder, mapping }));
    return this.#snapshots.take(rings).map(({ ring, bytes }) => ({ cpu: this.cpuOf(ring), bytes }));
  }

  private get mode(): RingMode {
    return this.shape.mode ?? 'drain';
  }

  /** Which CPU a ring is of. */
  cpuOf(mapping: RingMapping): Cpu {
    const found = [...this.#rings].find(([, ring]) => ring.mapping === mapping);
    return present(found, 'a ring of ours')[0];
  }

  /**
   * Has the records of these clones, which must be bound to a CPU each, go to the ring of it.
   * @throws KernelError EPERM where this user may not lock so much memory
   */
  connect(clones: readonly OpenClone[]): void {
    const cpus = clones.map(({ place }) => present(place.cpu, 'clones that sample have a CPU'));
    this.makeRings(new Set(cpus));
    this.kernel.setOutput(
      clones.map(({ fd }) => fd),
      cpus.map((cpu) => this.ringOf(cpu).holder),
    );
  }

  /** The event that holds the ring of a CPU; undefined where there is none yet. */
  holderOf(cpu: Cpu): Fd | undefined {
    return this.#rings.get(cpu)?.holder;
  }

  close(): void {
    for (const { mapping, holder } of this.#rings.values()) {
      this.#drain.remove(mapping);
      mapping.unmap();
      this.kernel.closeFds([holder]);
    }
    this.#rings.clear();
  }

  /** The first ones shrink together: what the last of them may not have, the others have taken. */
  private makeRings(cpus: Iterable<Cpu>): void {
    const mayShrink = this.shape.mayShrink && this.#rings.size === 0;
    for (;;) {
      try {
        for (const cpu of cpus) this.ringOf(cpu);
        return;
      } catch (error) {
        if (!(mayShrink && isShortOfMemory(error) && this.#dataPages > 1)) throw error;
        this.close();
        this.#dataPages /= 2;
      }
    }
  }

  private ringOf(cpu: Cpu): CpuRing {
    let ring = this.#rings.get(cpu);
    if (!ring) {
      ring = this.open(cpu);
      this.#rings.set(cpu, ring);
      if (this.mode === 'drain') this.#drain.add(ring.mapping);
    }
    return ring;
  }

  private open(cpu: Cpu): CpuRing {
    const [holder] = this.kernel.openEvents([{ attr: this.holderAttr(), pid: 0, cpu }]);
    const fd = present(holder, 'the one that was asked for');
    try {
      return { holder: fd, mapping: this.kernel.mapRing(fd, this.#dataPages, this.mode) };
    } catch (error) {
      this.kernel.closeFds([fd]);
      throw error;
    }
  }

  private holderAttr() {
    return encodeAttr({
      type: PerfType.software,
      config: BigInt(SoftwareId.dummy),
      samplePeriod: 1n,
      wakeup: this.ringBytes / 2,
      clockId: this.shape.clockId,
      flags: {
        disabled: true,
        watermark: true,
        useClockid: true,
        excludeKernel: true,
        ...(this.mode === 'overwrite' ? { writeBackward: true } : {}),
      },
    });
  }
}

const isShortOfMemory = (error: unknown): boolean =>
  error instanceof KernelError && (error.errnoName === 'EPERM' || error.errnoName === 'ENOMEM');
