import { basename } from 'node:path';
import { type Cpu, pid, type Tid, tid } from '../../base/units';
import type { Aggregation } from '../../counts/aggregation';
import type { Host } from '../../host/host';
import { groupCpus, type TopologyGroup, type TopologyUnit } from '../../host/topology-groups';
import type { StatOptions } from './stat-options';
import type { StatTarget } from './stat-target-option';

/** How counts are told apart, held against the machine as it is now. */
export function statAggregation(options: StatOptions, host: Host): Aggregation {
  const { aggregation, target } = options;
  switch (aggregation) {
    case 'global':
      return { kind: 'global' };
    case 'cpu':
      return { kind: 'cpu', cpus: [...host.cpus().online] };
    case 'thread': {
      const tids = threadsNow(target, host);
      const commOf = names(host, options, tids);
      return { kind: 'thread', tids, commOf, onlyBusy: target.kind === 'all threads' };
    }
    default: {
      const cpus = [...host.cpus().online];
      return { kind: 'unit', unit: aggregation, cpus, groupsOf: groups(host, aggregation) };
    }
  }
}

/** The machine's units, learnt now: sysfs forgets the place of a CPU that goes offline. */
function groups(host: Host, unit: TopologyUnit): (cpus: readonly Cpu[]) => readonly TopologyGroup[] {
  host.topology.learn(host.cpus().online);
  let [last, known] = ['', [] as readonly TopologyGroup[]];
  return (cpus) => {
    const key = cpus.join();
    if (key !== last) [last, known] = [key, groupCpus(host.topology, cpus, unit)];
    return known;
  };
}

/**
 * What threads are called: as they were last seen, since those that have ended cannot be asked any more. One that is
 * counted and was not there now is the command, which is started later.
 */
function names(host: Host, { command: [program = '?'] }: StatOptions, threads: readonly Tid[]): (tid: Tid) => string {
  const known = new Map<Tid, string>();
  const look = (thread: Tid): string => {
    const name = host.processes.comm(thread) ?? known.get(thread) ?? basename(program);
    known.set(thread, name);
    return name;
  };
  for (const thread of threads) look(thread);
  return look;
}

function threadsNow(target: StatTarget, { processes }: Host): Tid[] {
  if (target.kind === 'threads') return target.ids.map(tid);
  const counted = target.kind === 'processes' ? target.ids.map(pid) : processes.all();
  return counted.flatMap((process) => processes.threadsLeft(process));
}
