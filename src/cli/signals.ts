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

/** How long a thread that was given a signal may be without a CPU, in ms. */
const HEARD_WITHIN = 500;

/**
 * Whether a signal is why a shell command has failed: one that a terminal sends to all reaches both. While Node starts a process its
 * main thread takes no signals, and the kernel gives them to another thread, whose turn may come only after the command has ended.
 */
export async function isFailedBySignal(interruption: Interruption): Promise<boolean> {
  await signalsHeard();
  const started = performance.now();
  while (!isInterrupted(interruption) && performance.now() - started < HEARD_WITHIN) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return isInterrupted(interruption);
}

/** Whether something has ended, or is about to end, what is measured. */
export function isInterrupted(interruption: Interruption): boolean {
  return interruption.pending || interruption.signal !== undefined;
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
