import type { Cpu } from '../../base/units';
import type { Progress } from '../../recording/record-request';

/** How often it is drawn, in ms. */
const INTERVAL_MS = 1000;

/** So many CPUs are shown each; of more, the least and the most busy. */
const MOST_CPUS = 8;

/**
 * One line on a terminal that shows how far a recording has come, for as long as it lasts. The cursor stays at its
 * beginning, so that whatever else is printed there writes over it.
 */
export class StatusLine {
  readonly #start = process.hrtime.bigint();
  readonly #timer: NodeJS.Timeout;
  #before: Progress | undefined;
  #drawn = false;

  /** @param write to the terminal, of which `columns` tells how wide it is now */
  constructor(
    progress: () => Progress,
    private readonly write: (text: string) => void,
    columns: () => number,
  ) {
    this.#timer = setInterval(() => this.draw(progress(), columns()), INTERVAL_MS);
    this.#timer.unref();
  }

  /** Takes it away until it is drawn the next time. */
  clear(): void {
    if (this.#drawn) this.write('\r\x1b[K');
    this.#drawn = false;
  }

  /** Harmless when repeated. */
  close(): void {
    clearInterval(this.#timer);
    this.clear();
  }

  private draw(now: Progress, columns: number): void {
    const seconds = Number(process.hrtime.bigint() - this.#start) / 1e9;
    const line = statusText(now, this.#before, INTERVAL_MS / 1000, seconds).slice(0, Math.max(0, columns - 1));
    this.#before = now;
    this.write(`\r\x1b[K${line}\r`);
    this.#drawn = true;
  }
}

/** @param interval since `before`, in seconds, as `total`, which is since the beginning */
export function statusText(now: Progress, before: Progress | undefined, interval: number, total: number): string {
  // A file that has just begun has counted anew.
  const earlier = before?.files === now.files ? before.samplesOn : undefined;
  const rates = [...now.samplesOn]
    .map(([cpu, samples]) => ({ cpu, rate: (samples - (earlier?.get(cpu) ?? 0)) / interval }))
    .sort((a, b) => a.cpu - b.cpu);
  const sum = rates.reduce((all, { rate }) => all + rate, 0);
  return [
    `${Math.round(total)} s`,
    `${short(sum)} samples/s${perCpu(rates)}`,
    `lost ${now.lost}`,
    `${(now.bytes / 2 ** 20).toFixed(1)} MiB`,
    ...(now.files > 0 ? [`file ${now.files + 1}`] : []),
  ].join('  ');
}

function perCpu(rates: readonly { readonly cpu: Cpu; readonly rate: number }[]): string {
  if (rates.length < 2) return '';
  const text = (one: (typeof rates)[number] | undefined) => (one ? `cpu${one.cpu} ${short(one.rate)}` : '');
  if (rates.length <= MOST_CPUS) return ` (${rates.map(text).join(', ')})`;
  const sorted = [...rates].sort((a, b) => a.rate - b.rate);
  return ` (${text(sorted[0])} to ${text(sorted.at(-1))})`;
}

const short = (rate: number): string => (rate < 10_000 ? String(Math.round(rate)) : `${(rate / 1000).toFixed(1)}k`);
