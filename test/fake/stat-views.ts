import { cpu, tid } from '../../src/base/units';
import type { Aggregation } from '../../src/counts/aggregation';
import type { AskedMetric } from '../../src/counts/asked-metric';
import { metricEvents } from '../../src/events/metric-expression';
import { parseMetrics } from '../../src/events/metric-spec';
import { Topology } from '../../src/host/topology';
import { groupCpus, type TopologyUnit } from '../../src/host/topology-groups';
import { FakeFiles, machineTree } from '../fake-host';

/** Ways to look at the results of `stat-results.ts`. */
export const global: Aggregation = { kind: 'global' };
export const byCpu: Aggregation = { kind: 'cpu', cpus: [cpu(0), cpu(1)] };

const names = ['kworker/0:1', 'evil\x1b[31m,\n'];

/** By thread, one of which has a name that a terminal must not see as it is. */
export const byThread: Aggregation = {
  kind: 'thread',
  tids: [tid(7), tid(8)],
  commOf: (tid) => names[tid - 7] ?? 'Web Content',
  onlyBusy: true,
};

/** The machine of `machine`: two sockets, one CPU of which is offline. */
const topology = new Topology(
  new FakeFiles(machineTree({ sockets: 2, coresPerDie: 4, threadsPerCore: 2, offline: [5] })),
);

export const byUnit = (unit: TopologyUnit): Aggregation => ({
  kind: 'unit',
  unit,
  cpus: [cpu(0), cpu(1)],
  groupsOf: (cpus) => groupCpus(topology, cpus, unit),
});

/** Metrics of all kinds: one that is known, one in a unit, one that cannot be told, one made from nothing. */
export const metrics: readonly AskedMetric[] = parseMetrics(
  'ipc=instructions / cycles,rate=100 * branch-misses / instructions,half=instructions / 2,answer=6 * 7',
).map(({ name, text, expression }, i) => ({
  name,
  ...(i === 1 ? { unit: '%' } : {}),
  formula: text,
  expression,
  events: new Map(metricEvents(expression).map((event) => [event, [event]])),
}));
