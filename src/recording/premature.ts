import { RecordType } from '../abi/ring-page';
import type { MonotonicTime } from '../base/units';
import type { Kernel } from '../native/kernel';
import { inClock } from './clock';
import { rawRecords, SAMPLE_TIME_OFFSET } from './raw-records';

/** Leaves out samples that are older than the moment at which the last CPU began to count, and counts them. */
export class PrematureSamples {
  #armed: bigint | undefined;
  #leftOut = 0;

  constructor(
    private readonly kernel: Pick<Kernel, 'clockTime'>,
    private readonly clockId: number,
  ) {}

  /** How many were left out. */
  get leftOut(): number {
    return this.#leftOut;
  }

  /**
   * Told as soon as it is known when all CPUs counted; heeded once. What that is in the recording's clock is found out now:
   * it may be set while samples lie in a ring, and drifts.
   */
  armedAt(time: MonotonicTime): void {
    this.#armed ??= inClock(this.kernel, this.clockId, time);
  }

  /** @param views whole records, cut anywhere @returns the same where nothing tells of that moment */
  without(views: readonly Uint8Array[]): readonly Uint8Array[] {
    if (this.#armed === undefined) return views;
    const { kept, premature } = withoutPremature(views, this.#armed);
    this.#leftOut += premature;
    return kept;
  }
}

/**
 * Takes out of the first records those samples that are older than the moment at which the last CPU began to count.
 * @param views whole records, cut anywhere
 * @param armed in ns of the records' clock
 * @returns the others, and how many were taken out
 */
export function withoutPremature(
  views: readonly Uint8Array[],
  armed: bigint,
): { readonly kept: Buffer[]; readonly premature: number } {
  const kept: Buffer[] = [];
  let premature = 0;
  for (const { type, body, bytes } of rawRecords(views)) {
    if (type === RecordType.sample && body.getBigUint64(SAMPLE_TIME_OFFSET, true) < armed) premature += 1;
    else kept.push(bytes);
  }
  return { kept, premature };
}
