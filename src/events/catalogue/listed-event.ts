import type { TracepointName } from '../../host/tracefs';

/** How `list` groups events. `raw`, `breakpoint` and `probe` have patterns only: their events are made up on the spot. */
export const listedKinds = [
  'hardware',
  'software',
  'tool',
  'cache',
  'pmu',
  'raw',
  'breakpoint',
  'probe',
  'tracepoint',
] as const;

export type ListedKind = (typeof listedKinds)[number];

/** An event of this machine, as `-e` takes it. */
export interface ListedEvent {
  readonly name: string;
  readonly kind: ListedKind;
  /** Other names for the same. */
  readonly aliases?: readonly string[];
  /** The PMU in sysfs that counts it. */
  readonly pmu?: string;
  readonly description?: string;
  /** The name is a pattern to fill in: nothing can be counted by it as it stands. */
  readonly isPattern?: true;
  /** Only of tracepoints: where its files are. */
  readonly tracepoint?: TracepointName;
}

/** Events that are listed under one heading. */
export interface ListedGroup {
  readonly title: string;
  readonly events: readonly ListedEvent[];
  /** Why the machine can have none of them, as a clause; undefined when it can. */
  readonly absent?: string;
}
