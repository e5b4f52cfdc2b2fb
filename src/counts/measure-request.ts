import type { SyswideError } from '../base/error';
import type { Fd, Nanoseconds, Tid } from '../base/units';
import type { ResolvedEvent } from '../events/resolved-event';
import type { Controllable } from '../gang/controllable';
import type { LiveGangRequest } from '../gang/live-gang';
import type { OpenContext } from '../gang/open-error';
import type { HostWideLock } from '../gang/registry/host-lock';
import type { Target } from '../gang/target';
import type { HostFiles } from '../host/host-files';
import type { MeasuredCommand } from '../host/measured-command';
import type { Subject } from './stat-result';
import type { Tick } from './tick';

/** A gang that is to be opened, with all that follows it, and what may be left out of it. */
export interface GangToOpen {
  readonly events: readonly ResolvedEvent[];
  /** Events that nobody asked for by name: where they are missing, they are not listed. */
  readonly unasked: ReadonlySet<ResolvedEvent>;
  /** By index: events that are known beforehand not to be countable, and why. */
  readonly leftOut: ReadonlyMap<number, SyswideError>;
  /** Whether events that were asked for by name may be missing too, and are listed as `<not supported>`. */
  readonly allowMissing: boolean;
  readonly target: Target;
  /** The threads that are to be counted as they are now: some may have started while those of `target` were opened. */
  readonly threadsNow?: () => readonly Tid[];
  /** CPUs that are counted whenever they are online, and how to hear of them; the source stays the caller's. */
  readonly hotplug?: LiveGangRequest['hotplug'];
  readonly files: HostFiles;
  /** Runs an action while no other syswide on the host takes debug registers. */
  readonly lock: HostWideLock;
  /** How long to wait for debug registers that others hold; absent: not at all. */
  readonly waitSlots?: Nanoseconds;
  readonly permission: OpenContext['permission'];
  readonly userOnly?: NonNullable<OpenContext['userOnly']>;
  readonly fdLimit: OpenContext['fdLimit'];
  readonly goOnWithout?: NonNullable<OpenContext['goOnWithout']>;
  /** See `OpeningRequest`. */
  readonly connector?: LiveGangRequest['connector'];
}

/** What one run of `stat` is to count, where, and until when. */
export interface MeasureRequest extends GangToOpen {
  readonly subject: Subject;
  /** Makes the gang known on the host, and open to control from outside, until it is closed. */
  readonly openToControl?: (gang: Controllable) => { readonly notices: readonly string[]; close(): Promise<void> };
  /** The threads of syswide as they are now, where their own counts are to be known. */
  readonly ownThreads?: () => readonly Tid[];
  /** Whether they are to be taken out of the counts. */
  readonly excludeOwn: boolean;
  /** Whether counts of events that took turns are scaled up to all the time. */
  readonly scale: boolean;
  /** Runs while it is counted, and ends the measurement. Already at its gate; stays the caller's. */
  readonly command?: MeasuredCommand;
  /** Processes whose end, all of them, ends a measurement without a command. Stay the caller's. */
  readonly until: readonly Fd[];
  /** How long after its beginning the measurement ends whatever still runs; a command is told to stop then. */
  readonly timeout?: Nanoseconds;
  /**
   * How long after the command, or without one at all, counting starts; `until enabled`: not before somebody asks for it
   * through control. Absent: at once, and with the command's exec.
   */
  readonly delay?: Nanoseconds | 'until enabled';
  /** What is counted in between is to be told again and again; absent: only at the end. */
  readonly intervals?: Intervals;
  /**
   * Places breakpoints whose address is known only once the command has its program in memory: then it is stopped there
   * before its first instruction, and everything is opened.
   */
  readonly placeInCommand?: () => readonly ResolvedEvent[];
  readonly notices: readonly string[];
}

/** Counts at equal intervals. */
export interface Intervals {
  readonly every: Nanoseconds;
  /** How many are told at most; without a command, the measurement is over then. Absent: any number. */
  readonly most?: number;
  /** Told of all of them, in their order, short ones several at a time; and of the rest at the end, which is shorter. */
  readonly onTicks: (ticks: readonly Tick[]) => void;
}

/** Whether the terminal sends Ctrl-C to the command by itself. */
export type HearsTerminal = () => boolean;
