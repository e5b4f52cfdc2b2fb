/**
 * What an event's terms and modifiers ask for beyond its attr: how it is sampled, aggregated and opened. Absent means
 * that the command's own options decide.
 */
export interface EventSettings {
  /** One sample every so many events. */
  readonly period?: bigint;
  /** Samples a second, Hz. */
  readonly frequency?: bigint;
  /** Whether samples carry the time. */
  readonly time?: boolean;
  /** `fp`, `dwarf`, `dwarf,<bytes>`, `lbr` or `no`. */
  readonly callGraph?: string;
  /** Bytes of user stack per sample, for `dwarf`. */
  readonly stackSize?: bigint;
  /** Frames per call chain. */
  readonly maxStack?: number;
  /** Samples after which the event is disabled. */
  readonly maxEvents?: bigint;
  readonly inherit?: boolean;
  /** Let the kernel overwrite the oldest records. */
  readonly overwrite?: boolean;
  /** PERF_SAMPLE_BRANCH_* bits; 0 for `no`. */
  readonly branchSampleType?: bigint;
  /** Sum hardware threads of a core. */
  readonly percore?: boolean;
  readonly auxOutput?: boolean;
  /** `pause`, `resume` or `start-paused`. */
  readonly auxAction?: string;
  readonly auxSampleSize?: bigint;
  readonly metricId?: string;
  /** Modifier S: read the group with each sample of its leader. */
  readonly sampleRead?: boolean;
  /** Modifier P: the highest precision that opens. */
  readonly preciseMax?: boolean;
  /** The PMU gives a reading, not a sum: the last value holds. From the event's `.snapshot` file. */
  readonly snapshot?: boolean;
  /** One count per package, whichever of its CPUs is asked. From the event's `.per-pkg` file. */
  readonly perPackage?: boolean;
  /** Modifier W on its group: count the members one by one if the group cannot be scheduled. */
  readonly weakGroup?: boolean;
}
