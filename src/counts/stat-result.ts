import type { Cpu, MonotonicTime, Nanoseconds } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { HotplugFollower } from '../gang/hotplug-follower';
import type { CpuMask } from '../host/cpu-mask';
import type { CommandExit, Span } from '../native/kernel';
import type { CourseEnd } from './course';
import type { CpuCoverage } from './coverage';
import type { EventCount } from './event-count';
import type { IntervalHistory } from './interval-history';

/** What was measured, in the words of the person who asked. */
export type Subject =
  | { readonly kind: 'system'; readonly cpus: CpuMask }
  | { readonly kind: 'cpus'; readonly cpus: CpuMask; readonly list: string }
  | { readonly kind: 'command' }
  | { readonly kind: 'all threads' }
  | { readonly kind: 'processes'; readonly list: string }
  | { readonly kind: 'threads'; readonly list: string };

/** How one of several runs went. */
export interface RunOutcome {
  readonly elapsed: Nanoseconds;
  readonly exit?: CommandExit;
  /** Why it is not part of the mean; absent for one that is. */
  readonly failure?: string;
}

/** Everything one run of `stat` found out: what every report is made from. */
export interface StatResult {
  readonly subject: Subject;
  /** The command that ran meanwhile. */
  readonly command?: readonly string[];
  readonly counts: readonly EventCount[];
  /** Events of `counts` that nobody asked for by name and that are missing: told in `notices`, not listed one by one. */
  readonly unlisted: ReadonlySet<ResolvedEvent>;
  /** From the start of the command (or of counting, if that was later) until the counts were read. */
  readonly elapsed: Nanoseconds;
  /**
   * How long whole CPUs, or tasks beside a command, were counted: from when all of them were until they were read, which is
   * a little more than what elapsed. Rates are made from it; absent for a command, and for tasks until these end.
   */
  readonly counted?: Nanoseconds;
  /** Why it ended: with what it waited for, or before. */
  readonly endedBy: CourseEnd['by'];
  /** How each run went, where there were several: the rest is what the good ones give on average. */
  readonly runs?: readonly RunOutcome[];
  /** How the counts went up; absent where they were not told in intervals. */
  readonly history?: IntervalHistory;
  /** How the command ended, with the time it used. */
  readonly exit?: CommandExit;
  /** When the first clone was enabled and the last; absent for what started at the command's exec. */
  readonly armSpan?: Span;
  /** For how long each CPU was counted; empty for tasks that are counted wherever they run. */
  readonly coverage: ReadonlyMap<Cpu, CpuCoverage>;
  /** CPUs that came and went meanwhile, and who told; absent where CPUs do not matter. */
  readonly hotplug?: Pick<HotplugFollower, 'happenings' | 'heardFrom'>;
  /** What syswide itself added to each count, in the order of `counts`; absent for counts of tasks. */
  readonly own?: readonly EventCount[];
  /** Whether `own` has been taken out of `counts`. */
  readonly ownExcluded: boolean;
  /** When counting began: with the command, or when every clone was enabled. */
  readonly start: MonotonicTime;
  /** Lines the reader must know to read the numbers right: what was left out or narrowed, and why. */
  readonly notices: readonly string[];
}
