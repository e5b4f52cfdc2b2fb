import { ringData } from '../abi/ring-page';
import { present } from '../base/assert';
import type { Fd } from '../base/units';
import type { Kernel, RingMapping } from '../native/kernel';
import { backwardSpan } from './backward-span';
import { type RingSpan, spanLength, spanViews } from './ring-span';

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
 * Copies what rings hold at one moment. They stand still meanwhile; the kernel counts what it could not write then as lost.
 * What was in a snapshot is not in the next one.
 */
export class RingSnapshots {
  /** Where the newest record of the last snapshot begins; from 0 downwards. */
  readonly #seen = new Map<RingMapping, bigint>();

  constructor(private readonly kernel: Pick<Kernel, 'ringHeads' | 'pauseOutput'>) {}

  take(rings: readonly OverwrittenRing[]): Snapshot[] {
    if (rings.length === 0) return [];
    const fds = rings.map(({ fd }) => fd);
    this.kernel.pauseOutput(fds, true);
    try {
      const heads = this.kernel.ringHeads(rings.map(({ mapping }) => mapping));
      return rings.map(({ mapping }, i) => this.copy(mapping, present(heads[i], 'a head each')));
    } finally {
      this.kernel.pauseOutput(fds, false);
    }
  }

  private copy(ring: RingMapping, head: bigint): Snapshot {
    const data = ringData(ring.memory);
    const span = upTo(backwardSpan(data, head), this.#seen.get(ring) ?? 0n);
    this.#seen.set(ring, head);
    return { ring, bytes: Buffer.concat(spanViews(data, span) ?? []) };
  }
}

/** What of a span is newer than a position; all of it where that has been overwritten. */
function upTo(span: RingSpan, seen: bigint): RingSpan {
  const fresh = { from: span.from, to: seen };
  return spanLength(fresh) < spanLength(span) ? fresh : span;
}
