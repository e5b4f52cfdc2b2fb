import type { Fd } from '../base/units';

/** Something that may end a measurement early: Ctrl-C, a control command. Becomes readable when it does. */
export interface Interruption {
  /** Readable while a signal is pending. Owned by the interruption. */
  readonly fd: Fd;
  /** Number of the first signal that arrived; undefined while none has, and when it was interrupted in another way. */
  readonly signal: number | undefined;
  /** Whether a signal has arrived that was not acknowledged. */
  readonly pending: boolean;
  /** Ends the measurement without a signal: somebody asked for it in another way. */
  interrupt(): void;
  /** Makes `fd` unreadable until the next signal. */
  acknowledge(): void;
}
