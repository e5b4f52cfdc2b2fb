import type { RingSize } from './file-options';

/** Of each ring, where nothing else is asked for: call chains at 25 kHz fill it in about half a second. */
const DEFAULT_BYTES = 4 << 20;
/** Of all rings together, where nothing else is asked for: machines with hundreds of CPUs have shorter ones. */
const MOST_BYTES = 1 << 30;
/** perf's own default: no ring is shorter. */
const LEAST_BYTES = 512 << 10;

/** How many pages the ring of each CPU has: a power of two, and no fewer than were asked for. */
export function ringPages(asked: RingSize | undefined, pageSize: number, cpus: number): number {
  if (asked === undefined) {
    const share = MOST_BYTES / 2 ** Math.ceil(Math.log2(cpus));
    return Math.max(LEAST_BYTES, Math.min(DEFAULT_BYTES, share)) / pageSize;
  }
  const pages = 'pages' in asked ? asked.pages : Math.ceil(asked.bytes / pageSize);
  return 2 ** Math.ceil(Math.log2(pages));
}
