import { ringData } from '../abi/ring-page';
import { present } from '../base/assert';
import type { Kernel, RingMapping } from '../native/kernel';
import { spanLength, spanViews } from './ring-span';

/** Takes what a ring held, in order. The views are valid only until it returns. */
export type DrainTarget = (ring: RingMapping, views: readonly Uint8Array[]) => void;

/**
 * Empties rings into a target, all of them with two crossings into the kernel's memory order: one for the heads, one for
 * the tails. Records are neither looked at nor copied; the kernel moves a head from the end of one to the end of another,
 * so that what is handed over is always whole records.
 * The mappings stay the caller's.
 */
export class RingDrain {
  readonly #tails = new Map<RingMapping, bigint>();
  #overruns = 0;

  constructor(
    private readonly kernel: Pick<Kernel, 'ringHeads' | 'advanceRings'>,
    rings: readonly RingMapping[] = [],
    /** Whether what is in the rings may be of somebody who is not known yet: it is left there until that is over. */
    private readonly isHeld = () => false,
  ) {
    for (const ring of rings) this.add(ring);
  }

  /** A fresh ring, of which nothing has been read, that is drained from now on. */
  add(ring: RingMapping): void {
    this.#tails.set(ring, 0n);
  }

  /** Before it is unmapped. What it still holds is lost unless `drain` came before. */
  remove(ring: RingMapping): void {
    this.#tails.delete(ring);
  }

  /** How often a head was further ahead than its ring is long: what lay in between was lost, and is not in any count. */
  get overruns(): number {
    return this.#overruns;
  }

  /**
   * Hands over what every ring holds, and gives the room back to the kernel. Where the target throws, that ring and those
   * after it are left as they are, and can be drained again, as are all while they are held.
   * @returns the bytes handed over
   */
  drain(take: DrainTarget): number {
    const rings = [...this.#tails.keys()];
    if (rings.length === 0) return 0;
    const heads = this.kernel.ringHeads(rings);
    // Asked now, it is right about all that lies before the heads.
    if (this.isHeld()) return 0;
    const emptied: { readonly ring: RingMapping; readonly head: bigint }[] = [];
    let bytes = 0;
    try {
      for (const [i, ring] of rings.entries()) {
        const head = present(heads[i], 'a head each');
        const taken = this.take(ring, head, take);
        if (taken === 0) continue;
        emptied.push({ ring, head });
        bytes += Math.max(0, taken);
      }
    } finally {
      this.release(emptied);
    }
    return bytes;
  }

  /** @returns the bytes handed over; less than 0 for an overrun, whose bytes cannot be trusted */
  private take(ring: RingMapping, head: bigint, take: DrainTarget): number {
    const span = { from: present(this.#tails.get(ring), 'a ring that was added'), to: head };
    const views = spanViews(ringData(ring.memory), span);
    if (!views) {
      this.#overruns += 1;
      return -1;
    }
    if (views.length > 0) take(ring, views);
    return Number(spanLength(span));
  }

  private release(emptied: readonly { readonly ring: RingMapping; readonly head: bigint }[]): void {
    if (emptied.length === 0) return;
    this.kernel.advanceRings(
      emptied.map(({ ring }) => ring),
      emptied.map(({ head }) => head),
    );
    for (const { ring, head } of emptied) this.#tails.set(ring, head);
  }
}
