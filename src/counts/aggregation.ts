import type { Cpu, Tid } from '../base/units';
import type { TopologyGroup, TopologyUnit } from '../host/topology-groups';

/** How counts are told apart, in the word a user chooses it by. */
export type AggregationMode = 'global' | 'cpu' | 'thread' | TopologyUnit;

/**
 * How counts are told apart, with what that takes to know. `cpus` and `tids` are the parts of a result in which nothing was
 * opened: all of its events are counted by syswide itself, or are not there.
 */
export type Aggregation =
  | { readonly kind: 'global' }
  | { readonly kind: 'cpu'; readonly cpus: readonly Cpu[] }
  | {
      readonly kind: 'unit';
      readonly unit: TopologyUnit;
      readonly cpus: readonly Cpu[];
      /** Every CPU in exactly one group. */
      readonly groupsOf: (cpus: readonly Cpu[]) => readonly TopologyGroup[];
    }
  | {
      readonly kind: 'thread';
      readonly tids: readonly Tid[];
      /** What the thread calls itself: hostile. */
      readonly commOf: (tid: Tid) => string;
      /** Leaves out threads that counted nothing: of all threads of a machine, most do. */
      readonly onlyBusy: boolean;
    };
