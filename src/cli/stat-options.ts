import { parseDuration } from '../base/duration';
import { SyswideError } from '../base/error';
import type { Nanoseconds } from '../base/units';
import { type PerfControlSpec, parsePerfControl } from '../gang/registry/perf-control';

/** What the command line of `stat` said, checked for sense but not yet held against the machine. */
export interface StatOptions {
  /** One for each `-e`; none for the default set. */
  readonly events: readonly EventOption[];
  readonly target: StatTarget;
  /** The command to run meanwhile, with its arguments. */
  readonly command: readonly string[];
  readonly format: StatFormat;
  /** One row per CPU. */
  readonly perCpu: boolean;
  /** Take out of the counts what syswide itself adds to them. */
  readonly excludeSelf: boolean;
  /** Where to write the whole result as one JSON document. */
  readonly save?: string;
  /** How long to wait for debug registers that others hold. */
  readonly waitSlots?: Nanoseconds;
  /** Where commands come from while it counts, as perf's `--control` has it. */
  readonly control?: PerfControlSpec;
  readonly output?: { readonly path: string; readonly append: boolean };
  readonly verbose: boolean;
  readonly allowMissing: boolean;
}

/** An `-e` with the `--filter`s that follow it. */
export interface EventOption {
  readonly text: string;
  readonly filters: readonly string[];
}

export type StatTarget =
  | { readonly kind: 'system' }
  | { readonly kind: 'cpus'; readonly list: string }
  | { readonly kind: 'processes'; readonly ids: readonly number[] }
  | { readonly kind: 'threads'; readonly ids: readonly number[] }
  | { readonly kind: 'command' };

export type StatFormat =
  | { readonly kind: 'table' }
  | { readonly kind: 'csv'; readonly separator: string }
  | { readonly kind: 'json' };

/** The option values as commander hands them over. */
export interface RawStatOptions {
  readonly event?: readonly EventOption[];
  readonly allCpus?: boolean;
  readonly cpu?: string;
  readonly pid?: string;
  readonly tid?: string;
  readonly aggr?: boolean;
  readonly perCpu?: boolean;
  readonly excludeSelf?: boolean;
  readonly save?: string;
  readonly waitSlots?: string;
  readonly control?: string;
  readonly fieldSeparator?: string;
  readonly jsonOutput?: boolean;
  readonly output?: string;
  readonly append?: boolean;
  readonly verbose?: boolean;
  readonly allowMissing?: boolean;
}

/** @throws SyswideError USAGE when options contradict each other or make no sense */
export function statOptions(raw: RawStatOptions, command: readonly string[]): StatOptions {
  const target = targetOf(raw, command);
  const systemWide = target.kind === 'system' || target.kind === 'cpus';
  if (raw.aggr === false && !systemWide) {
    throw usage(
      '-A lists counts by CPU',
      'tasks are counted wherever they run',
      'add -a, or -C with a CPU list, or --per-cpu to split the counts of tasks',
    );
  }
  if (raw.excludeSelf && !systemWide) {
    throw usage('--exclude-self', 'counts of tasks hold nothing of syswide', 'leave it out, or add -a');
  }
  return {
    events: raw.event ?? [],
    target,
    command,
    format: formatOf(raw),
    perCpu: raw.aggr === false || (raw.perCpu ?? false),
    excludeSelf: raw.excludeSelf ?? false,
    ...(raw.save === undefined ? {} : { save: raw.save }),
    ...(raw.waitSlots === undefined ? {} : { waitSlots: parseDuration(raw.waitSlots, '--wait-slots') }),
    ...(raw.control === undefined ? {} : { control: parsePerfControl(raw.control) }),
    ...outputOf(raw),
    verbose: raw.verbose ?? false,
    allowMissing: raw.allowMissing ?? false,
  };
}

function targetOf(raw: RawStatOptions, command: readonly string[]): StatTarget {
  // perf lets one of them win and says so in passing; a script would go on with a count of something else.
  const given = (['pid', 'tid', 'cpu'] as const).filter((name) => raw[name] !== undefined);
  if (given.length > 1 || (raw.allCpus && (raw.pid ?? raw.tid) !== undefined)) {
    const names = [...(raw.allCpus ? ['-a'] : []), ...given.map((name) => `-${name === 'cpu' ? 'C' : name[0]}`)];
    throw usage(`${names.join(' and ')} together`, 'they name different things to count', 'choose one of them');
  }
  if (raw.pid !== undefined) return { kind: 'processes', ids: idList('-p', raw.pid) };
  if (raw.tid !== undefined) return { kind: 'threads', ids: idList('-t', raw.tid) };
  if (raw.cpu !== undefined) return { kind: 'cpus', list: raw.cpu };
  return { kind: raw.allCpus || command.length === 0 ? 'system' : 'command' };
}

function outputOf({ output, append = false }: RawStatOptions): Pick<StatOptions, 'output'> {
  if (output !== undefined) return { output: { path: output, append } };
  if (append) throw usage('--append', 'there is no file to append to', 'add -o FILE');
  return {};
}

function formatOf(raw: RawStatOptions): StatFormat {
  if (raw.jsonOutput && raw.fieldSeparator !== undefined) {
    throw usage('-j and -x together', 'they are different formats', 'choose one of them');
  }
  if (raw.jsonOutput) return { kind: 'json' };
  if (raw.fieldSeparator === undefined) return { kind: 'table' };
  // A shell makes it hard to type a tab, so perf takes its escape too.
  return { kind: 'csv', separator: raw.fieldSeparator === '\\t' ? '\t' : raw.fieldSeparator };
}

const LARGEST_ID = 2 ** 22;

function idList(option: string, text: string): number[] {
  const ids = text.split(',').map((part) => (/^\d{1,7}$/.test(part) ? Number(part) : 0));
  if (ids.every((id) => id > 0 && id <= LARGEST_ID)) return [...new Set(ids)];
  throw usage(
    `${option} '${text}'`,
    'that is no list of ids',
    `write numbers separated by commas: ${option} 4711,4712`,
  );
}

const usage = (what: string, why: string, remedy: string): SyswideError =>
  new SyswideError('USAGE', { what, why, remedy });
