import type { RecordedEvent } from '../../profile/recorded-event';

/** perf's names of what a sample can be shown with. */
export const fieldNames = [
  ...(['comm', 'tid', 'pid', 'time', 'cpu', 'event', 'trace', 'ip', 'sym', 'dso'] as const),
  ...(['symoff', 'srcline', 'period', 'addr', 'cgroup'] as const),
] as const;
export type ScriptField = (typeof fieldNames)[number];

/** How samples are shown. */
export interface ScriptView {
  /** Of an event; what its samples do not have is left out. */
  readonly fieldsOf: (event: RecordedEvent) => ReadonlySet<ScriptField>;
  readonly callChains: boolean;
  /** Nine digits behind the point. */
  readonly nanoseconds: boolean;
  /** Since the first sample, or since the one before. */
  readonly relative?: 'first' | 'previous';
}
