import type { Host } from '../host';
import { type Finding, limited, missing, ok } from './finding';

/** The limits that a run on all CPUs meets. @param eventsPerCpu how many events it opens on each of them */
export const limitFindings = (host: Pick<Host, 'limits' | 'privileges' | 'cpus'>, eventsPerCpu: number): Finding[] => [
  openFiles(host, eventsPerCpu),
  lockedMemory(host),
];

/**
 * What `stat` has opened before the events that `doctor` has not, the command it starts; and what it keeps free for
 * later: its entry and socket, the file that is written, a few looks.
 */
const SPARE_FILES = 4 + 16;

function openFiles(host: Pick<Host, 'limits' | 'cpus'>, eventsPerCpu: number): Finding {
  const name = 'open files';
  const { openFiles, filesInUse } = host.limits();
  const cpus = host.cpus().present.size;
  // And one by which each is heard of when it comes or goes.
  const needed = (eventsPerCpu + 1) * cpus + filesInUse + SPARE_FILES;
  const most = Math.max(openFiles.soft, openFiles.hard);
  const detail = `${most} allowed; -a with the default events takes ${needed} on ${count(cpus, 'CPU')}`;
  if (most >= needed) return ok(name, detail);
  return missing(name, {
    detail,
    cost: 'stat -a with the default events is refused',
    remedy: `ulimit -n ${needed}, as root; or LimitNOFILE=${needed} in the unit of a service`,
  });
}

/** KiB of ring per CPU up to which bursts get lost, and the page of metadata. */
const ROOMY_RING_KIB = 4096;
const METADATA_KIB = 4;

/**
 * Rings beyond `perf_event_mlock_kb` per CPU count towards RLIMIT_MEMLOCK, unless the user may lock what they like.
 * Source: perf_mmap() in kernel/events/core.c.
 */
function lockedMemory(host: Pick<Host, 'limits' | 'privileges' | 'cpus'>): Finding {
  const name = 'locked memory';
  const { mlockKib = 0, paranoid, capabilities, initialUserNamespace } = host.privileges;
  const limit = host.limits().lockedMemory.soft;
  const perCpu = `${mlockKib} KiB per CPU`;
  const unlimited = capabilities.has('CAP_IPC_LOCK') && initialUserNamespace;
  if (unlimited) return ok(name, `${perCpu}, and more without limit: this process has CAP_IPC_LOCK`);
  if ((paranoid ?? 2) < 0)
    return ok(name, `${perCpu}, and more without limit: kernel.perf_event_paranoid is ${paranoid}`);
  const online = host.cpus().online.size;
  const forRings = mlockKib + limit / 1024 / Math.max(1, online);
  const detail = `${perCpu} for rings, and ${kibText(limit)} (RLIMIT_MEMLOCK) for all together`;
  const wanted = ROOMY_RING_KIB + METADATA_KIB;
  if (forRings >= wanted) return ok(name, detail);
  return limited(name, {
    detail,
    cost: `rings of ${ROOMY_RING_KIB} KiB per CPU cannot be had: samples get lost at high rates`,
    remedy: `sudo sysctl kernel.perf_event_mlock_kb=${wanted}`,
  });
}

const kibText = (bytes: number): string => (Number.isFinite(bytes) ? `${Math.floor(bytes / 1024)} KiB` : 'any amount');

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;
