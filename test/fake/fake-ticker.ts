import { decodeGroupRead, decodeSingleRead } from '../../src/abi/read-format';
import type { Ticker, TickerPlan, TickRead } from '../../src/native/kernel';
import type { FakeKernel } from './fake-kernel';

type Reads = Pick<TickRead, 'results'>;

/** A ticker that reads when the clock of its fake kernel has come so far. */
export class FakeTicker implements Ticker {
  next: bigint;
  readonly #untaken: TickRead[] = [];
  #last: Reads | undefined;

  constructor(
    private readonly kernel: FakeKernel,
    readonly plan: TickerPlan,
    private readonly onStop: () => void,
  ) {
    this.next = plan.first;
  }

  /** Reads now. */
  tick(expirations = 1n): void {
    const { reads, size, every } = this.plan;
    this.next += expirations * every;
    const read = this.kernel.readEvents(
      reads.map(({ fd }) => fd),
      size,
    );
    this.#untaken.push({ ...read, expirations, steps: this.#last && this.steps(this.#last, read) });
    this.#last = read;
  }

  take(): TickRead[] {
    return this.#untaken.splice(0);
  }

  stop(): void {
    this.onStop();
  }

  close(): void {
    this.onStop();
  }

  /** As the shim defines them. */
  private steps(last: Reads, now: Reads): BigUint64Array | undefined {
    const { reads, events } = this.plan;
    const steps = new BigUint64Array(3 * events);
    for (const [i, { parts, isGroup }] of reads.entries()) {
      const [before, after] = [last, now].map(({ results }) => valuesOf(results[i], isGroup));
      for (const { event, id } of parts) {
        const [a, b] = [before, after].map((values) => values?.find((value) => !isGroup || value.id === id));
        if (!a || !b) return undefined;
        const [enabled, running] = [b.timeEnabled - a.timeEnabled, b.timeRunning - a.timeRunning];
        if (b.value < a.value || enabled !== running || enabled <= 0n) return undefined;
        for (const [n, more] of [b.value - a.value, enabled, running].entries()) {
          steps[3 * event + n] = (steps[3 * event + n] ?? 0n) + more;
        }
      }
    }
    return steps;
  }
}

function valuesOf(result: TickRead['results'][number] | undefined, isGroup: boolean) {
  if (!(result instanceof Uint8Array)) return undefined;
  return isGroup ? decodeGroupRead(result) : [decodeSingleRead(result)].filter((value) => value !== undefined);
}
