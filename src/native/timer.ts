import { closeSync, readSync } from 'node:fs';
import type { Fd } from '../base/units';
import type { Timer } from './kernel';

/** A `Timer` over a non-blocking timerfd, which it owns. Source: timerfd_create(2). */
export class TimerfdTimer implements Timer {
  readonly #count = Buffer.alloc(8);
  #open = true;

  constructor(readonly fd: Fd) {}

  expirations(): bigint {
    if (!this.#open) return 0n;
    try {
      readSync(this.fd, this.#count);
      return this.#count.readBigUInt64LE();
    } catch (error) {
      // It has not expired.
      if (error instanceof Error && 'code' in error && error.code === 'EAGAIN') return 0n;
      throw error;
    }
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    closeSync(this.fd);
  }
}
