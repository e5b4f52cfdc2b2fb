/** A metric that has a name, so that nobody needs to write its expression. */
export interface BuiltinMetric {
  /** Lower case, words joined by `-`. */
  readonly name: string;
  /** perf's names for the same, spelt alike. */
  readonly aliases: readonly string[];
  /** As a user would write it. `task-clock` and the tool events are in ns, as they are counted. */
  readonly text: string;
  readonly unit: string;
  readonly description: string;
}

const metric = (name: string, unit: string, text: string, description: string, ...aliases: string[]) => ({
  name,
  aliases,
  text,
  unit,
  description,
});

const missRate = (cache: string, event: string, what: string) =>
  metric(`${cache}-miss-rate`, '%', `100 * ${event}-load-misses / ${event}-loads`, `${what} that missed`);

/** Per second of CPU time: of what ran, not of what passed. */
const rate = (name: string, event: string, what: string, ...aliases: string[]) =>
  metric(name, '/sec', `1e9 * ${event} / task-clock`, `${what} per second of CPU time`, ...aliases);

/**
 * The metrics that `-M` knows by name.
 * Aliases: tools/perf/pmu-events/arch/common/common/metrics.json, Linux 6.19.
 */
export const builtinMetrics: readonly BuiltinMetric[] = [
  metric('ipc', 'insn per cycle', 'instructions / cycles', 'instructions per CPU cycle', 'insn-per-cycle'),
  metric('cpi', 'cycles per insn', 'cycles / instructions', 'CPU cycles per instruction'),
  metric('ghz', 'GHz', 'cycles / task-clock', 'mean clock rate while running', 'cycles-frequency'),
  metric('cpus-utilized', 'CPUs', 'task-clock / duration_time', 'CPU time over wall-clock time'),
  metric('branch-miss-rate', '%', '100 * branch-misses / branches', 'branches that were mispredicted'),
  metric('branch-mpki', 'per 1000 insn', '1000 * branch-misses / instructions', 'mispredicted per 1000 instructions'),
  metric('cache-miss-rate', '%', '100 * cache-misses / cache-references', 'cache accesses that missed'),
  metric('cache-mpki', 'per 1000 insn', '1000 * cache-misses / instructions', 'cache misses per 1000 instructions'),
  missRate('l1d', 'L1-dcache', 'loads from the first data cache'),
  metric(
    'l1i-miss-rate',
    '%',
    '100 * L1-icache-load-misses / L1-icache-loads',
    'fetches from the instruction cache that missed',
  ),
  missRate('llc', 'LLC', 'loads from the last-level cache'),
  missRate('dtlb', 'dTLB', 'address translations of loads'),
  missRate('itlb', 'iTLB', 'address translations of fetches'),
  metric(
    'frontend-stall-rate',
    '%',
    '100 * stalled-cycles-frontend / cycles',
    'cycles in which no instruction was ready',
    'frontend-cycles-idle',
  ),
  metric(
    'backend-stall-rate',
    '%',
    '100 * stalled-cycles-backend / cycles',
    'cycles in which an instruction waited',
    'backend-cycles-idle',
  ),
  rate('branch-rate', 'branches', 'branches', 'branch-frequency'),
  rate('context-switch-rate', 'context-switches', 'context switches', 'cs-per-second'),
  rate('migration-rate', 'cpu-migrations', 'moves to another CPU', 'migrations-per-second'),
  rate('page-fault-rate', 'page-faults', 'page faults', 'page-faults-per-second'),
  rate('major-fault-rate', 'major-faults', 'page faults that needed I/O,'),
  metric(
    'system-time-share',
    '%',
    '100 * system_time / (user_time + system_time)',
    "the kernel's share of the command's CPU time",
  ),
];

const byName = new Map(builtinMetrics.flatMap((one) => [one.name, ...one.aliases].map((name) => [name, one])));

/** The metric of that name or alias, in any case and with `_` for `-`; undefined when there is none. */
export const builtinMetric = (name: string): BuiltinMetric | undefined => byName.get(canonical(name));

/** Every name and alias, to suggest from. */
export const builtinMetricNames = (): string[] => [...byName.keys()];

/** How names are spelt in the table. */
export const canonical = (name: string): string => name.toLowerCase().replaceAll('_', '-');
