import { present } from '../../base/assert';
import { SyswideError } from '../../base/error';
import { type Pid, pid, type Tid, tid } from '../../base/units';
import type { Subject } from '../../counts/stat-result';
import type { Target } from '../../gang/target';
import { CpuMask } from '../../host/cpu-mask';
import { resolveCpus } from '../../host/cpus';
import type { Host } from '../../host/host';
import type { StatOptions } from './stat-options';

/** What is counted, by name and by place. */
export interface Counted {
  readonly subject: Subject;
  readonly target: Target;
  /** CPUs that are to be counted whenever they are online; absent where CPUs do not matter. */
  readonly wanted?: CpuMask;
  /** Processes whose end, all of them, ends the measurement when no command runs. */
  readonly processes: readonly Pid[];
  readonly notices: readonly string[];
}

/**
 * Holds what the user wants counted against the machine as it is now.
 * @param command the process id of the command that waits at the gate, when there is one
 * @throws SyswideError NO_SUCH_CPU, CPU_OFFLINE, NO_SUCH_PROCESS, BAD_CPU_LIST
 */
export function countedTarget(options: CountedOptions, host: Host, command: Pid | undefined): Counted {
  const { target } = options;
  const tasks = (subject: Subject, tids: readonly Tid[], processes: readonly Pid[]): Counted =>
    countedTasks(options, host, { subject, tids, processes });
  switch (target.kind) {
    case 'system':
      return wholeSystem(host);
    case 'cpus':
      return listedCpus(target.list, host);
    case 'all threads':
      return tasks({ kind: 'all threads' }, allThreads(host), []);
    case 'processes': {
      const ids = target.ids.map(pid);
      const threads = ids.flatMap((id) => host.processes.threads(id));
      return tasks({ kind: 'processes', list: target.ids.join(',') }, threads, ids);
    }
    case 'threads':
      return tasks({ kind: 'threads', list: target.ids.join(',') }, target.ids.map(tid), target.ids.map(pid));
    case 'command': {
      const started = present(command, 'a command that is counted has been started');
      return tasks({ kind: 'command' }, [tid(started)], []);
    }
  }
}

/** What of the options says what is counted, and how. */
export interface CountedOptions extends Pick<StatOptions, 'target' | 'aggregation'> {
  readonly events: Pick<StatOptions['events'], 'inherit'>;
}

function countedTasks(
  { target, aggregation, events }: CountedOptions,
  host: Host,
  { subject, tids, processes }: { subject: Subject; tids: readonly Tid[]; processes: readonly Pid[] },
): Counted {
  const byCpu = aggregation !== 'global' && aggregation !== 'thread';
  // Events of a task can be opened on CPUs that are offline, and count whenever these are online: no need to follow them.
  const matrix = byCpu ? { cpus: host.cpus().present } : {};
  const enableOnExec = target.kind === 'command';
  return {
    subject,
    target: { kind: 'tasks', tids, inherit: events.inherit, enableOnExec, ...matrix },
    ...(byCpu ? { wanted: host.cpus().possible } : {}),
    processes,
    notices: [],
  };
}

/** But for those of syswide itself, which would count how it counts. */
function allThreads({ processes }: Host): Tid[] {
  return processes
    .all()
    .filter((id) => id !== process.pid)
    .flatMap((id) => processes.threadsLeft(id));
}

function wholeSystem(host: Host): Counted {
  const { online, possible } = host.cpus();
  return {
    subject: { kind: 'system', cpus: online },
    target: { kind: 'cpus', cpus: online },
    wanted: possible,
    processes: [],
    notices: [],
  };
}

function listedCpus(list: string, host: Host): Counted {
  const wanted = CpuMask.parse(list);
  const { online, offline } = resolveCpus(wanted, host.cpus());
  if (online.isEmpty) throw cpuOffline(offline);
  return {
    subject: { kind: 'cpus', cpus: online, list },
    target: { kind: 'cpus', cpus: online },
    wanted,
    processes: [],
    notices: offlineNotices(offline, host.cpus().present),
  };
}

/** A CPU that is not plugged in has no thread and no file that would tell of it. */
function offlineNotices(offline: CpuMask, present: CpuMask): string[] {
  const [waiting, absent] = [offline.intersect(present), offline.minus(present)];
  return [
    ...(waiting.isEmpty ? [] : [`CPU ${waiting} is offline: counted once it comes online`]),
    ...(absent.isEmpty ? [] : [`CPU ${absent} is not plugged in: not counted`]),
  ];
}

const cpuOffline = (offline: CpuMask): SyswideError =>
  new SyswideError('CPU_OFFLINE', {
    what: `cannot count on CPU ${offline}`,
    why: 'it is offline',
    remedy: `choose one that is online, or bring it online: echo 1 > /sys/devices/system/cpu/cpu${offline.first}/online`,
  });
