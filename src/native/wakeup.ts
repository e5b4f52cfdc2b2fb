import { closeSync, readSync, writeSync } from 'node:fs';
import type { Fd } from '../base/units';
import type { Wakeup } from './kernel';

/** A `Wakeup` over a non-blocking eventfd, which it owns. Source: eventfd(2). */
export class EventfdWakeup implements Wakeup {
  readonly #counter = Buffer.alloc(8);
  #open = true;

  constructor(readonly fd: Fd) {}

  signal(): void {
    if (!this.#open) return;
    this.#counter.writeBigUInt64LE(1n);
    unlessBlocked(() => writeSync(this.fd, this.#counter));
  }

  clear(): void {
    if (!this.#open) return;
    unlessBlocked(() => readSync(this.fd, this.#counter));
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.fd);
  }
}

/** EAGAIN says that it already is as wanted: full when signalled, empty when cleared. */
function unlessBlocked(transfer: () => void): void {
  try {
    transfer();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
  }
}
