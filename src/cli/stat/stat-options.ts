import { resolve } from 'node:path';
import { parseDuration } from '../../base/duration';
import type { Fd, Nanoseconds } from '../../base/units';
import type { AggregationMode } from '../../counts/aggregation';
import { type PerfControlSpec, parsePerfControl } from '../../gang/registry/perf-control';
import { usage } from '../usage-error';
import type { EventOption, RawStatOptions } from './raw-stat-options';
import { aggregationOf } from './stat-aggregation-option';
import { type Privilege, privilegeOf } from './stat-privilege-option';
import { type RunPlan, runPlanOf } from './stat-run-options';
import { countsCpus, type StatTarget, targetOf } from './stat-target-option';

/** What the command line of `stat` said, checked for sense but not yet held against the machine. */
export interface StatOptions {
  /** What to count; none of it for the default set. */
  readonly events: EventChoice;
  readonly target: StatTarget;
  /** The command to run meanwhile, with its arguments. */
  readonly command: readonly string[];
  /** What its standard output is; absent: ours. */
  readonly commandOutput?: Fd;
  readonly run: RunPlan;
  readonly format: StatFormat;
  readonly aggregation: AggregationMode;
  /** Only metrics are listed, not the counts that they are made from. */
  readonly metricOnly: boolean;
  /** Take out of the counts what syswide itself adds to them. */
  readonly excludeSelf: boolean;
  /** Whether counts of events that took turns are scaled up to all the time. */
  readonly scale: boolean;
  /** Where to write the whole result as one JSON document. */
  readonly save?: string;
  /** How long to wait for debug registers that others hold. */
  readonly waitSlots?: Nanoseconds;
  /** Where commands come from while it counts, as perf's `--control` has it. */
  readonly control?: PerfControlSpec;
  readonly output: StatOutput;
  readonly verbose: boolean;
  readonly allowMissing: boolean;
}

/** The events, as far as the command line tells. */
export interface EventChoice {
  /** One for each `-e`. */
  readonly texts: readonly EventOption[];
  /** What is done with them; by default they are counted. */
  readonly use?: 'count' | 'sample';
  /** The texts of `-M`. */
  readonly metrics: readonly string[];
  /** How often `-d` was given: 0 to 3. */
  readonly detail: number;
  /** `-n`: none at all. */
  readonly none: boolean;
  /** The lists of `-G`. */
  readonly cgroups: readonly string[];
  /** The names of `--for-each-cgroup`. */
  readonly forEachCgroup: readonly string[];
  readonly privilege: Privilege;
  /** Whether children count too. */
  readonly inherit: boolean;
}

export type StatFormat =
  | { readonly kind: 'table' }
  | { readonly kind: 'csv'; readonly separator: string; readonly summaryPrefix: boolean }
  | { readonly kind: 'json' };

export type StatOutput =
  | { readonly kind: 'standard error' }
  | { readonly kind: 'file'; readonly path: string; readonly append: boolean }
  | { readonly kind: 'fd'; readonly fd: number }
  | { readonly kind: 'none' };

/** @throws SyswideError USAGE for what makes sense where whole CPUs are counted only */
function refuseForTasks({ excludeSelf, perThread }: RawStatOptions, { cgroups, forEachCgroup }: EventChoice): void {
  if (excludeSelf) {
    const remedy = perThread ? 'leave it out, or --per-thread' : 'leave it out, or add -a';
    throw usage('--exclude-self', 'counts of tasks hold nothing of syswide', remedy);
  }
  if (cgroups.length > 0 || forEachCgroup.length > 0) {
    throw usage('cgroups', 'they are counted CPU by CPU', 'add -a, or -C with a CPU list');
  }
}

/** @throws SyswideError USAGE when options contradict each other or make no sense */
export function statOptions(raw: RawStatOptions, command: readonly string[]): StatOptions {
  const target = targetOf(raw, command);
  const events = eventChoice(raw);
  if (!countsCpus(target)) refuseForTasks(raw, events);
  const format = formatOf(raw);
  const output = outputOf(raw);
  if (output.kind === 'file' && raw.save !== undefined && isSameFile(output.path, raw.save)) {
    throw usage('-o and --save of the same file', 'one of them would be lost', 'give them different names');
  }
  return {
    events,
    target,
    command,
    run: runPlanOf(raw, command),
    format,
    aggregation: aggregationOf(raw, target),
    metricOnly: raw.metricOnly ?? false,
    excludeSelf: raw.excludeSelf ?? false,
    scale: raw.scale ?? true,
    ...(raw.save === undefined ? {} : { save: raw.save }),
    ...(raw.waitSlots === undefined ? {} : { waitSlots: parseDuration(raw.waitSlots, '--wait-slots') }),
    ...(raw.control === undefined ? {} : { control: parsePerfControl(raw.control) }),
    output,
    verbose: raw.verbose ?? false,
    allowMissing: raw.allowMissing ?? false,
  };
}

function eventChoice(raw: RawStatOptions): EventChoice {
  const [texts, metrics, cgroups] = [raw.event ?? [], raw.metrics ?? [], raw.cgroup ?? []];
  const forEachCgroup = (raw.forEachCgroup?.split(',') ?? []).map(orRoot);
  const none = raw.null ?? false;
  if (none && texts.length + metrics.length > 0) {
    throw usage('-n', 'events are asked for, too', 'leave one of them out');
  }
  if (cgroups.length > 0 && forEachCgroup.length > 0) {
    throw usage('-G and --for-each-cgroup together', 'both say which cgroup an event counts', 'choose one of them');
  }
  if (cgroups.length > 0 && texts.length === 0) {
    throw usage(
      '-G',
      'it gives the events of -e their cgroups, and there are none',
      'put it behind -e, or take --for-each-cgroup',
    );
  }
  const [privilege, inherit] = [privilegeOf(raw), raw.inherit ?? true];
  return { texts, metrics, detail: raw.detailed ?? 0, none, cgroups, forEachCgroup, privilege, inherit };
}

/** To perf, no name is the root's. Taken for no cgroup at all, a variable that is not set would count the whole machine. */
const orRoot = (name: string): string => (name === '' ? '/' : name);

function outputOf({ output, append = false, logFd, quiet }: RawStatOptions): StatOutput {
  if (append && output === undefined && logFd === undefined)
    throw usage('--append', 'there is no file to append to', 'add -o FILE');
  if (output !== undefined && logFd !== undefined) {
    throw usage('-o and --log-fd together', 'both say where the result goes', 'choose one of them');
  }
  if (quiet) return { kind: 'none' };
  if (output !== undefined) return { kind: 'file', path: output, append };
  if (logFd === undefined) return { kind: 'standard error' };
  if (!/^\d{1,6}$/.test(logFd)) {
    throw usage(`--log-fd '${logFd}'`, 'that is no file descriptor', 'write its number: --log-fd 3');
  }
  return { kind: 'fd', fd: Number(logFd) };
}

/** Devices and what else is no file of its own take both. */
const isSameFile = (a: string, b: string): boolean =>
  resolve(a) === resolve(b) && !/^\/(?:dev|proc)\//.test(resolve(a));

function formatOf(raw: RawStatOptions): StatFormat {
  if (raw.jsonOutput && raw.fieldSeparator !== undefined) {
    throw usage('-j and -x together', 'they are different formats', 'choose one of them');
  }
  if (raw.jsonOutput) return { kind: 'json' };
  if (raw.fieldSeparator === undefined) return { kind: 'table' };
  // A shell makes it hard to type a tab, so perf takes its escape too.
  const separator = raw.fieldSeparator === '\\t' ? '\t' : raw.fieldSeparator;
  return { kind: 'csv', separator, summaryPrefix: raw.csvSummary ?? true };
}
