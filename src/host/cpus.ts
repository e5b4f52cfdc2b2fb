import { cpus as nodeCpus } from 'node:os';
import { SyswideError } from '../base/error';
import { cpu } from '../base/units';
import { CpuMask } from './cpu-mask';
import type { HostFiles } from './host-files';

/** Where the kernel describes CPUs. Source: Documentation/ABI/testing/sysfs-devices-system-cpu. */
export const cpuDirectory = '/sys/devices/system/cpu';

/** The CPUs of a machine at one moment; each mask contains the next. */
export interface HostCpus {
  /** Those the kernel can ever have. */
  readonly possible: CpuMask;
  /** Those that are plugged in. */
  readonly present: CpuMask;
  /** Those that run tasks now. */
  readonly online: CpuMask;
}

/**
 * Reads the CPUs as they are now. Where sysfs lacks a list (containers, emulated sysfs) it is put together from the
 * `cpuN` directories, and without these from what Node knows.
 */
export function readCpus(files: HostFiles, countCpus: () => number = () => nodeCpus().length): HostCpus {
  const list = (name: string) => {
    const mask = CpuMask.fromSysfs(files.read(`${cpuDirectory}/${name}`));
    return mask?.isEmpty ? undefined : mask;
  };
  const [possible, present] = [list('possible'), list('present')];
  const online = list('online') ?? onlineDirectories(files) ?? present ?? possible ?? firstCpus(countCpus());
  const allPresent = (present ?? directoryMask(files) ?? online).union(online);
  return { possible: (possible ?? allPresent).union(allPresent), present: allPresent, online };
}

/** The CPUs that a request names, by what can be done with them now. */
export interface ResolvedCpus {
  readonly online: CpuMask;
  /** Possible, but not online: events cannot be opened there yet. */
  readonly offline: CpuMask;
}

/**
 * Sorts the CPUs a user asked for.
 * @throws SyswideError NO_SUCH_CPU when the machine cannot have one of them
 */
export function resolveCpus(request: CpuMask, host: HostCpus): ResolvedCpus {
  const unknown = request.minus(host.possible);
  if (!unknown.isEmpty) {
    throw new SyswideError('NO_SUCH_CPU', {
      what: `cannot use ${named(unknown)}`,
      why: `this machine has ${named(host.possible)}`,
      remedy: 'choose among these, or leave the list out to mean all of them',
    });
  }
  return { online: request.intersect(host.online), offline: request.minus(host.online) };
}

/** @throws SyswideError BAD_CPU_LIST for a set without any: it would count nothing for ever */
export function checkNotEmpty(request: CpuMask): void {
  if (!request.isEmpty) return;
  throw new SyswideError('BAD_CPU_LIST', {
    what: 'cannot count on no CPU at all',
    why: 'the set of CPUs is empty',
    remedy: 'give it one, or leave it out to mean all of them',
  });
}

const named = (mask: CpuMask): string => `${mask.size === 1 ? 'CPU' : 'CPUs'} ${mask}`;

function firstCpus(count: number): CpuMask {
  return CpuMask.of(Array.from({ length: Math.max(1, count) }, (_, n) => cpu(n)));
}

function directoryMask(files: HostFiles): CpuMask | undefined {
  const numbers = files.list(cpuDirectory).flatMap((name) => /^cpu(\d{1,5})$/.exec(name)?.[1] ?? []);
  return numbers.length === 0 ? undefined : CpuMask.fromSysfs(numbers.join(','));
}

/** A CPU that cannot be taken offline, as often cpu0, has no `online` file. */
function onlineDirectories(files: HostFiles): CpuMask | undefined {
  const there = directoryMask(files);
  if (there === undefined) return undefined;
  return CpuMask.of([...there].filter((n) => files.read(`${cpuDirectory}/cpu${n}/online`)?.trim() !== '0'));
}
