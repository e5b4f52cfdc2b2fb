/** The option values as commander hands them over. */
export interface RawStatOptions {
  readonly event?: readonly EventOption[];
  readonly metrics?: readonly string[];
  readonly metricOnly?: boolean;
  readonly detailed?: number;
  readonly null?: boolean;
  readonly allCpus?: boolean;
  readonly cpu?: string;
  readonly pid?: string;
  readonly tid?: string;
  /** False with -i. */
  readonly inherit?: boolean;
  readonly allUser?: boolean;
  readonly allKernel?: boolean;
  readonly cgroup?: readonly string[];
  readonly forEachCgroup?: string;
  /** False with -A. */
  readonly aggr?: boolean;
  readonly perCpu?: boolean;
  readonly perCore?: boolean;
  readonly perCluster?: boolean;
  readonly perDie?: boolean;
  readonly perSocket?: boolean;
  readonly perNode?: boolean;
  readonly perCache?: string | true;
  readonly perThread?: boolean;
  readonly repeat?: string;
  readonly table?: boolean;
  readonly pre?: string;
  readonly post?: string;
  readonly sync?: boolean;
  readonly delay?: string;
  readonly timeout?: string;
  readonly intervalPrint?: string;
  readonly intervalCount?: string;
  readonly intervalClear?: boolean;
  readonly summary?: boolean;
  /** False with --no-csv-summary. */
  readonly csvSummary?: boolean;
  readonly excludeSelf?: boolean;
  readonly scale?: boolean;
  readonly save?: string;
  readonly waitSlots?: string;
  readonly control?: string;
  readonly fieldSeparator?: string;
  readonly jsonOutput?: boolean;
  readonly output?: string;
  readonly append?: boolean;
  readonly logFd?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly allowMissing?: boolean;
}

/** An `-e` with the `--filter`s that follow it. */
export interface EventOption {
  readonly text: string;
  readonly filters: readonly string[];
  /** How many lists of `-G` stand before it; absent: none. */
  readonly behindCgroups?: number;
}
