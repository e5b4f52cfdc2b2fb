import type { Cpu, Fd, Nanoseconds } from '../base/units';
import type { GangToOpen } from '../counts/measure-request';
import type { Controllable } from '../gang/controllable';
import type { MeasuredCommand } from '../host/measured-command';
import type { RecordingFacts } from '../perfdata/features';
import type { Destination } from './recording-file';
import type { Rotation } from './rotation';
import type { Survey } from './tally';

/** A file that is complete. */
export interface EndedFile extends Survey {
  readonly path: string;
  /** Of records. */
  readonly bytes: number;
}

/** How far a recording has come. */
export interface Progress {
  /** By CPU, in the file that is being written. */
  readonly samplesOn: ReadonlyMap<Cpu, number>;
  /** Records that the kernel had no room for, in that file. */
  readonly lost: bigint;
  /** Of records, in all files. */
  readonly bytes: number;
  /** How many files have ended. */
  readonly files: number;
}

/** What is to be recorded, where, until when, and into which file. */
export interface RecordRequest extends Omit<GangToOpen, 'connector'> {
  readonly to: Destination;
  /** Absent: all goes to one file. Not into a pipe. */
  readonly rotation?: Rotation;
  /** Called for every file that has ended but the last. */
  readonly onFile: (file: EndedFile) => void;
  /** Whether rings keep what is newest, of which nothing is written before a file ends. */
  readonly overwrite: boolean;
  /** CLOCK_* that tells the time of records. */
  readonly clockId: number;
  /** What shows how far it has come, which has every record counted as it comes. `close`: it is over. */
  readonly watch?: (progress: () => Progress) => { close(): void };
  /** What may ask for a new file at any time; `close` takes that back. */
  readonly hearRotation?: (rotate: () => void) => { close(): void };
  /** How long the ring of each CPU is, in pages: a power of two. */
  readonly ringPages: number;
  /** Whether shorter rings will do where this user may not lock so much memory. */
  readonly mayShrink: boolean;
  /** What stands before the samples: tasks that run already. Asked for once the kernel tells of what happens from then on. */
  readonly running: () => Iterable<Buffer>;
  readonly facts: RecordingFacts;
  /** See `MeasureRequest`, as the rest. */
  readonly openToControl?: (gang: Controllable) => { readonly notices: readonly string[]; close(): Promise<void> };
  readonly command?: MeasuredCommand;
  /** Whether it stands behind its exec: see `MeasuredCommand.releaseToExec`. */
  readonly commandIsLoaded?: boolean;
  readonly until: readonly Fd[];
  readonly timeout?: Nanoseconds;
  readonly delay?: Nanoseconds | 'until enabled';
  /** Bytes of records after which the recording ends. */
  readonly mostBytes?: number;
  /** Whether the file is to tell which builds of programs it is of. */
  readonly buildIds: boolean;
  readonly notices: readonly string[];
}
