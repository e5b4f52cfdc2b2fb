import { HEADER_BYTES, HEADER_SIZE_OFFSET, ringData } from '../abi/ring-page';
import { present } from '../base/assert';
import type { Fd } from '../base/units';
import type { Kernel, RingMapping } from '../native/kernel';
import { spanLength, spanViews } from './ring-span';

/** A ring that is written backwards over its own oldest records, and an event that writes into it. */
export interface OverwrittenRing {
  readonly mapping: RingMapping;
  readonly fd: Fd;
}

/** What a ring held. */
export interface Snapshot {
  readonly ring: RingMapping;
  /** Whole records, the newest first. A copy. */
  readonly bytes: Buffer;
}

/**
 * Copies what rings hold that are written backwards: from the newest record, at the head, to the oldest that is still whole.
 *
 * ```
 *  data │ … older ▓ old ▓ new ▓◀ head     the kernel writes the next one to the left,
 *       │                                 and over the oldest once it has come around
 * ```
 *
 * A ring stands still while it is copied; the kernel counts what it could not write then as lost, so that they are taken
 * one after the other, and looked at only afterwards. What was in a snapshot is not in the next one.
 * Source: `write_backward` in perf_event_open(2), PERF_EVENT_IOC_PAUSE_OUTPUT.
 */
export class RingSnapshots {
  /** data_head at the last snapshot: 0 before the first record, and less by each one's size, as a 64-bit number. */
  readonly #seen = new Map<RingMapping, bigint>();

  constructor(private readonly kernel: Pick<Kernel, 'ringHeads' | 'pauseOutput'>) {}

  take(rings: readonly OverwrittenRing[]): Snapshot[] {
    return rings.map(({ mapping, fd }) => {
      const data = ringData(mapping.memory);
      // Memory that has been written to once costs nothing while the ring waits.
      const copy = Buffer.alloc(data.length);
      const length = this.copyFresh(mapping, fd, data, copy);
      return { ring: mapping, bytes: wholeRecords(copy.subarray(0, length)) };
    });
  }

  /** What is newer than the last snapshot, or all of it where that has been overwritten. @returns how many bytes */
  private copyFresh(ring: RingMapping, fd: Fd, data: Uint8Array, into: Buffer): number {
    this.kernel.pauseOutput([fd], true);
    try {
      const head = present(this.kernel.ringHeads([ring])[0], 'a head');
      const fresh = spanLength({ from: head, to: this.#seen.get(ring) ?? 0n });
      const length = Math.min(Number(fresh), data.length);
      const span = { from: head, to: BigInt.asUintN(64, head + BigInt(length)) };
      let done = 0;
      for (const view of spanViews(data, span) ?? []) {
        into.set(view, done);
        done += view.length;
      }
      this.#seen.set(ring, head);
      return done;
    } finally {
      this.kernel.pauseOutput([fd], false);
    }
  }
}

/** The oldest record of a full ring is usually torn: its end has been overwritten. It is left out. */
function wholeRecords(bytes: Buffer): Buffer {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const size = bytes.readUInt16LE(at + HEADER_SIZE_OFFSET);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    at += size;
  }
  return bytes.subarray(0, at);
}
