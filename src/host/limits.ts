import type { HostFiles } from './host-files';

/** A resource limit; `Infinity` for unlimited. Source: getrlimit(2). */
export interface Limit {
  /** What holds now. */
  readonly soft: number;
  /** How far an unprivileged process may raise it. */
  readonly hard: number;
}

/** The limits of this process that perf events run into. */
export interface Limits {
  /** File descriptors. Node raises the soft limit to the hard one when it starts, so there is seldom more to get. */
  readonly openFiles: Limit;
  /** Bytes of locked memory: rings beyond `kernel.perf_event_mlock_kb` count towards it. */
  readonly lockedMemory: Limit;
  /** File descriptors open now, including the one that counting took. */
  readonly filesInUse: number;
}

/** Reads them for this process, as they are now. What cannot be read counts as unlimited: the kernel will tell. */
export function readLimits(files: HostFiles): Limits {
  const text = files.read('/proc/self/limits') ?? '';
  return {
    openFiles: parseLimit(text, 'Max open files'),
    lockedMemory: parseLimit(text, 'Max locked memory'),
    filesInUse: files.list('/proc/self/fd').length,
  };
}

function parseLimit(text: string, name: string): Limit {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${name} `));
  const [soft, hard] = line?.slice(name.length).trim().split(/\s+/) ?? [];
  return { soft: parseValue(soft), hard: parseValue(hard) };
}

const parseValue = (text: string | undefined): number => (/^\d+$/.test(text ?? '') ? Number(text) : Infinity);
