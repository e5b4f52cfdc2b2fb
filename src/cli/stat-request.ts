import { SyswideError } from '../base/error';
import { type Pid, pid, type Tid, tid } from '../base/units';
import type { Subject } from '../counts/stat-result';
import type { OpenContext } from '../gang/open-error';
import type { Target } from '../gang/target';
import { CpuMask } from '../host/cpu-mask';
import { readCpus, resolveCpus } from '../host/cpus';
import { readLimits } from '../host/limits';
import type { Privileges } from '../host/privileges';
import { Processes } from '../host/processes';
import type { Machine } from './machine';
import type { StatTarget } from './stat-options';

/** What is counted, by name and by place. */
export interface Counted {
  readonly subject: Subject;
  readonly target: Target;
  /** Processes whose end, all of them, ends the measurement when no command runs. */
  readonly processes: readonly Pid[];
}

/**
 * Holds what the user wants counted against the machine.
 * @param command the process id of the command that waits at the gate, when it is what is counted
 * @throws SyswideError NO_SUCH_CPU, CPU_OFFLINE, NO_SUCH_PROCESS, BAD_CPU_LIST
 */
export function countedTarget(target: StatTarget, machine: Machine, command: Pid | undefined): Counted {
  switch (target.kind) {
    case 'system': {
      const { online } = readCpus(machine.files);
      return { subject: { kind: 'system', cpus: online }, target: { kind: 'cpus', cpus: online }, processes: [] };
    }
    case 'cpus': {
      const { online, offline } = resolveCpus(CpuMask.parse(target.list), readCpus(machine.files));
      if (!offline.isEmpty) throw cpuOffline(offline);
      const subject = { kind: 'cpus', cpus: online, list: target.list } as const;
      return { subject, target: { kind: 'cpus', cpus: online }, processes: [] };
    }
    case 'processes': {
      const processes = target.ids.map(pid);
      const known = new Processes(machine.files);
      const subject = { kind: 'processes', list: target.ids.join(',') } as const;
      return { subject, target: tasks(processes.flatMap((id) => known.threads(id))), processes };
    }
    case 'threads': {
      const subject = { kind: 'threads', list: target.ids.join(',') } as const;
      return { subject, target: tasks(target.ids.map(tid)), processes: [] };
    }
    case 'command': {
      if (command === undefined) throw new Error('broken invariant: a command that is counted has been started');
      return { subject: { kind: 'command' }, target: { ...tasks([tid(command)]), enableOnExec: true }, processes: [] };
    }
  }
}

const tasks = (tids: readonly Tid[]) => ({ kind: 'tasks', tids, inherit: true, enableOnExec: false }) as const;

const cpuOffline = (offline: CpuMask): SyswideError =>
  new SyswideError('CPU_OFFLINE', {
    what: `cannot count on CPU ${offline}`,
    why: 'it is offline',
    remedy: `leave it out of -C, or bring it online: echo 1 > /sys/devices/system/cpu/cpu${offline.first}/online`,
  });

/** What the machine can say about a refused event. */
export function refusalContext(machine: Machine, privileges: Privileges): Pick<OpenContext, 'permission' | 'fdLimit'> {
  return {
    fdLimit: () => readLimits(machine.files).openFiles.soft,
    permission: (event, place) => {
      const judged = [
        ...(place.cpu === undefined ? [] : [privileges.mayCountCpuWide]),
        privileges.mayCountOwnTasks,
        ...(event.attr.flags?.excludeKernel ? [] : [privileges.mayCountKernel]),
      ];
      const forbidden = judged.find((permission) => !permission.allowed);
      if (forbidden && !forbidden.allowed) return { why: forbidden.reason, remedy: forbidden.remedy };
      return place.tid === undefined
        ? { why: 'a security module or seccomp filter forbids it', remedy: 'run outside of the container, or as root' }
        : { why: 'it belongs to somebody else', remedy: 'run as its user, or as root' };
    },
  };
}
