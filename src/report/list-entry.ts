import type { ListedEvent } from '../events/catalogue/listed-event';
import type { TracepointField } from '../host/tracepoint-format';

/** Whether an event can be counted here, found out by opening it. */
export interface ProbeOutcome {
  readonly countable: boolean;
  /** Where it was opened, or why it was refused: one clause. */
  readonly reason: string;
  /** It was not opened itself: another one of its kind speaks for it. */
  readonly inferred?: true;
}

/** An event with what was found out about it. */
export interface ListEntry {
  readonly event: ListedEvent;
  /** Of a tracepoint's raw data, without those that all tracepoints have. */
  readonly fields?: readonly TracepointField[];
  readonly probe?: ProbeOutcome;
}
