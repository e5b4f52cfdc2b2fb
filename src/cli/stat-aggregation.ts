import type { Cpu, Tid } from '../base/units';
import type { Aggregation } from '../counts/aggregation';
import type { Host } from '../host/host';
import { groupCpus, type TopologyGroup, type TopologyUnit } from '../host/topology-groups';
import type { StatOptions } from './stat-options';

/** How counts are told apart, held against the machine as it is now. */
export function statAggregation({ aggregation, target }: StatOptions, host: Host): Aggregation {
  switch (aggregation) {
    case 'global':
    case 'cpu':
      return { kind: aggregation };
    case 'thread':
      return { kind: 'thread', commOf: names(host), onlyBusy: target.kind === 'all threads' };
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

/** What threads are called: as they were last seen, since those that have ended cannot be asked any more. */
function names(host: Host): (tid: Tid) => string {
  const known = new Map<Tid, string>();
  return (tid) => {
    const name = host.processes.comm(tid) ?? known.get(tid) ?? '?';
    known.set(tid, name);
    return name;
  };
}
