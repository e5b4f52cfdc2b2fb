import type { AggregationMode } from '../../counts/aggregation';
import { usage } from '../usage-error';
import type { RawStatOptions } from './raw-stat-options';
import { countsCpus, type StatTarget } from './stat-target-option';

/** How counts are to be told apart. @throws SyswideError USAGE for several ways at once */
export function aggregationOf(raw: RawStatOptions, target: StatTarget): AggregationMode {
  const [first, second] = chosen(raw);
  if (first && second) {
    throw usage(`${first.option} and ${second.option} together`, 'they split the counts differently', 'choose one');
  }
  if (raw.aggr === false && !countsCpus(target)) {
    throw usage(
      '-A lists counts by CPU',
      'tasks are counted wherever they run',
      'add -a, or -C with a CPU list, or --per-cpu to split the counts of tasks',
    );
  }
  if (first?.mode === 'thread' && (target.kind === 'cpus' || target.kind === 'command')) {
    throw usage(
      '--per-thread',
      'it tells the threads of running processes apart',
      'add -p or -t, or -a for all threads there are',
    );
  }
  return first?.mode ?? 'global';
}

interface Choice {
  readonly option: string;
  readonly mode: AggregationMode;
}

function chosen(raw: RawStatOptions): Choice[] {
  const choices: (Choice & { readonly given: boolean | undefined })[] = [
    { option: '-A', mode: 'cpu', given: raw.aggr === false && !raw.perCpu },
    { option: '--per-cpu', mode: 'cpu', given: raw.perCpu },
    { option: '--per-core', mode: 'core', given: raw.perCore },
    { option: '--per-cluster', mode: 'cluster', given: raw.perCluster },
    { option: '--per-die', mode: 'die', given: raw.perDie },
    { option: '--per-socket', mode: 'socket', given: raw.perSocket },
    { option: '--per-node', mode: 'node', given: raw.perNode },
    { option: '--per-cache', mode: cacheMode(raw.perCache), given: raw.perCache !== undefined },
    { option: '--per-thread', mode: 'thread', given: raw.perThread },
  ];
  return choices.filter(({ given }) => given);
}

/** perf's level: L1, L2, L3, …; the last one there is without it. */
function cacheMode(level: string | true | undefined): AggregationMode {
  if (level === undefined || level === true) return 'cache';
  const [, number] = /^[Ll]?([1-9])$/.exec(level) ?? [];
  if (number === undefined) {
    throw usage(
      `--per-cache '${level}'`,
      'that is no level of caches',
      'write --per-cache=L2, or no level for the last',
    );
  }
  return `cache${Number(number)}`;
}
