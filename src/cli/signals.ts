import { constants } from 'node:os';
import { present } from '../base/assert';
import { hangupIgnored } from '../base/hangup';
import type { Fd } from '../base/units';
import type { Interruption } from '../native/interruption';
import type { Kernel, Wakeup } from '../native/kernel';

const caught = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGPIPE'] as const).filter(
  (name) => !(name === 'SIGHUP' && hangupIgnored),
);

/**
 * Waits until signals that have arrived have had their turn, too, as while a shell command before or after a run held all up: the
 * loop has to come round once from wherever it is.
 */
export async function signalsHeard(): Promise<void> {
  await new Promise(setImmediate);
  await new Promise(setImmediate);
}

/**
 * Turns the signals that ask a program to stop into a readable fd, so that a blocked wait ends at once and the counts
 * so far can be printed. The process is not ended by them while this exists.
 */
export class SignalInterruption implements Interruption {
  readonly #wakeup: Wakeup;
  readonly #onSignal = (name: NodeJS.Signals) => {
    this.#signal ??= present(constants.signals[name], 'a caught signal has a number');
    this.interrupt();
  };
  #signal: number | undefined;
  #pending = false;

  /** @param onInterrupt called, too, whenever it is interrupted */
  constructor(
    private readonly kernel: Kernel,
    private readonly onInterrupt: () => void = () => {},
  ) {
    this.#wakeup = kernel.createWakeup();
    for (const name of caught) process.on(name, this.#onSignal);
    // A reader that is gone is told by the write itself, and is no reason to stop.
    kernel.hearPipeSignal(true);
  }

  get fd(): Fd {
    return this.#wakeup.fd;
  }

  get signal(): number | undefined {
    return this.#signal;
  }

  get pending(): boolean {
    return this.#pending;
  }

  interrupt(): void {
    this.#pending = true;
    this.#wakeup.signal();
    this.onInterrupt();
  }

  acknowledge(): void {
    this.#pending = false;
    this.#wakeup.clear();
  }

  close(): void {
    for (const name of caught) process.off(name, this.#onSignal);
    this.kernel.hearPipeSignal(false);
    this.#wakeup.close();
  }
}
