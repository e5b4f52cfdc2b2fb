import { SyswideError } from '../base/error';
import type { Fd } from '../base/units';
import type { Kernel } from '../native/kernel';
import { KernelError } from '../native/kernel-error';
import type { HostFiles } from './host-files';
import { parseTracepointFormat, type TracepointFormat } from './tracepoint-format';

/** `sched:sched_switch` in two parts. */
export interface TracepointName {
  readonly system: string;
  readonly event: string;
}

/** Where a tracing directory may be mounted, the better place first. */
const mountPoints = ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'];

/**
 * The tracepoints of this machine, read from tracefs. Where nobody has mounted it, a private instance is used that
 * no other process sees; its fd belongs to this object until `close()`.
 *
 * @see Documentation/trace/events.rst
 */
export class Tracefs implements Disposable {
  private constructor(
    private readonly files: HostFiles,
    /** The tracing directory: it holds `events`. */
    readonly directory: string,
    private release: () => void,
  ) {}

  /** @throws SyswideError NO_TRACEFS when no tracing directory can be read */
  static open(files: HostFiles, kernel: Pick<Kernel, 'openTracefs' | 'closeFds'>): Tracefs {
    const mounted = mountPoints.find((directory) => files.list(`${directory}/events`).length > 0);
    if (mounted !== undefined) return new Tracefs(files, mounted, () => {});
    const fd = openPrivate(files, kernel);
    const directory = `/proc/self/fd/${fd}`;
    if (files.list(`${directory}/events`).length > 0) return new Tracefs(files, directory, () => kernel.closeFds([fd]));
    kernel.closeFds([fd]);
    throw noTracefs('the kernel has a tracefs, but no trace events (CONFIG_EVENT_TRACING)', 'use another kernel');
  }

  /**
   * The number that `perf_event_attr.config` takes; undefined when there is no such tracepoint.
   * @throws SyswideError NO_TRACEFS when it is there but may not be read
   */
  id(name: TracepointName): number | undefined {
    const text = this.file(name, 'id')?.trim() ?? '';
    return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  }

  /**
   * What the tracepoint's raw data looks like; undefined when there is no such tracepoint.
   * @throws SyswideError NO_TRACEFS when it is there but may not be read
   */
  format(name: TracepointName): TracepointFormat | undefined {
    return parseTracepointFormat(this.file(name, 'format') ?? '');
  }

  /** The tracepoint that has this number; reads the numbers of all of them unless `guess` is right. */
  withId(id: number, guess: TracepointName): TracepointName | undefined {
    if (this.id(guess) === id) return guess;
    for (const name of this.tracepoints()) if (this.id(name) === id) return name;
    return undefined;
  }

  /** The text of a file below the tracing directory; undefined when it cannot be read. */
  text(path: string): string | undefined {
    return this.files.read(`${this.directory}/${path}`);
  }

  /** The groups of tracepoints, sorted: `block`, `sched`, … */
  systems(): string[] {
    return this.files.directories(`${this.directory}/events`);
  }

  /**
   * The tracepoints of a system, sorted; none when there is no such system. Those without an id are left out: ftrace
   * uses them for itself, and nobody can open them.
   */
  events(system: string): string[] {
    if (!isName(system)) return [];
    const directory = `${this.directory}/events/${system}`;
    return this.files
      .directories(directory)
      .filter((event) => this.files.refusal(`${directory}/${event}/id`) !== 'missing');
  }

  /** Every tracepoint, system by system: thousands, so they are read as the caller goes. */
  *tracepoints(): Generator<TracepointName> {
    for (const system of this.systems()) {
      for (const event of this.events(system)) yield { system, event };
    }
  }

  /** Gives the private instance back, if there is one. Harmless when repeated; nothing can be looked up afterwards. */
  close(): void {
    const release = this.release;
    this.release = () => {};
    release();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  private file({ system, event }: TracepointName, file: string): string | undefined {
    if (!isName(system) || !isName(event)) return undefined;
    const path = `${this.directory}/events/${system}/${event}/${file}`;
    const text = this.files.read(path);
    if (text === undefined && this.files.refusal(path) === 'denied') {
      throw noTracefs(`${path} may not be read by this user`, shareRemedy(this.directory));
    }
    return text;
  }
}

/** Names come from the command line and become part of a path: no separator, no `..`. */
const isName = (text: string): boolean => /^\w[\w.-]{0,255}$/.test(text);

function openPrivate(files: HostFiles, kernel: Pick<Kernel, 'openTracefs'>): Fd {
  try {
    return kernel.openTracefs();
  } catch (error) {
    if (!(error instanceof KernelError)) throw error;
    throw refused(files, error);
  }
}

function refused(files: HostFiles, error: KernelError): SyswideError {
  const denied = mountPoints.find((directory) => files.refusal(`${directory}/events`) === 'denied');
  if (denied !== undefined) return noTracefs(`${denied} may not be read by this user`, shareRemedy(denied), error);
  if (error.errnoName === 'ENODEV') {
    return noTracefs('the kernel has no tracefs (CONFIG_TRACING)', 'use another kernel', error);
  }
  const mount = 'sudo mount -t tracefs -o mode=755,gid=$(id -g) tracefs /sys/kernel/tracing';
  return noTracefs(
    `tracefs is not mounted, and a private one was refused (${error.call}: ${error.errnoName})`,
    `run as root, or share it with your group: ${mount}`,
    error,
  );
}

/** `mode=755` alone is not enough: since Linux 5.16 the files in it have no permissions for others. */
const shareRemedy = (directory: string): string =>
  `run as root, or share it with your group: sudo mount -o remount,mode=755,gid=$(id -g) ${directory}`;

function noTracefs(why: string, remedy: string, cause?: unknown): SyswideError {
  return new SyswideError('NO_TRACEFS', { what: 'cannot look up tracepoints', why, remedy, cause });
}
