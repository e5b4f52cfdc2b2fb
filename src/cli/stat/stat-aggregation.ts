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
    case 'cpu':
      return { kind: aggregation };
    case 'thread':
      return { kind: 'thread', commOf: names(host, options), onlyBusy: target.kind === 'all threads' };
    default:
      return { kind: 'unit', unit: aggregation, groupsOf: groups(host, aggregation) };
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
function names(host: Host, { target, command: [program = '?'] }: StatOptions): (tid: Tid) => string {
  const known = new Map<Tid, string>();
  const look = (thread: Tid): string => {
    const name = host.processes.comm(thread) ?? known.get(thread) ?? basename(program);
    known.set(thread, name);
    return name;
  };
  for (const thread of threadsNow(target, host)) look(thread);
  return look;
}

function threadsNow(target: StatTarget, { processes }: Host): Tid[] {
  if (target.kind === 'threads') return target.ids.map(tid);
  const counted = target.kind === 'processes' ? target.ids.map(pid) : processes.all();
  return counted.flatMap((process) => processes.threadsLeft(process));
}
