import { type Host, LocalHost } from '../host/host';
import type { HostFiles } from '../host/host-files';
import type { Kernel } from '../native/kernel';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';
import type { SymbolLookup } from './symbol-lookup';

/** What resolving needs to know of the machine. */
export type EventHost = Pick<Host, 'pmus' | 'tracefs' | 'cpus'>;

/** A machine nobody has made a host of yet. */
export interface BareMachine {
  readonly kernel: Pick<Kernel, 'openTracefs' | 'closeFds'>;
  readonly files: HostFiles;
}

/** Runs `use` on a host; one that had to be made for it is closed again. */
export function withHost<T>(machine: EventHost | BareMachine, use: (host: EventHost) => T): T {
  if ('pmus' in machine) return use(machine);
  const host = new LocalHost(machine.kernel, machine.files);
  try {
    return use(host);
  } finally {
    host.close();
  }
}

/** What decides how events are looked up, besides the machine. */
export interface ResolveOptions {
  /** Whether events are only counted: terms that shape samples are refused then, as perf does. Default `count`. */
  readonly use?: 'count' | 'sample';
  /** Finds symbols for `mem:symbol`, `uprobe:` and `kprobe:`; without it they are refused. */
  readonly symbols?: SymbolLookup;
  /** As `process.arch`, the default: decides what a breakpoint can be. */
  readonly architecture?: string;
  /** Most events that one text may become. */
  readonly mostEvents?: number;
}

/** What the resolvers share while a text is looked up. */
export interface ResolveContext extends Required<Omit<ResolveOptions, 'symbols'>> {
  readonly host: EventHost;
  readonly symbols: SymbolLookup | undefined;
}

const MOST_EVENTS = 10_000;

export function resolveContext(host: EventHost, options: ResolveOptions): ResolveContext {
  return {
    host,
    use: options.use ?? 'count',
    symbols: options.symbols,
    architecture: options.architecture ?? process.arch,
    mostEvents: options.mostEvents ?? MOST_EVENTS,
  };
}

/** @throws EventSpecError when globs gave more events than anybody wants */
export function checkCount(count: number, where: Place, context: ResolveContext): void {
  if (count <= context.mostEvents) return;
  throw new EventSpecError({
    where,
    why: `the text stands for at least ${count} events`,
    remedy: `narrow the globs: at most ${context.mostEvents} events are opened`,
  });
}
