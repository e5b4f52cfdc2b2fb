import { parseDuration } from '../../base/duration';
import type { Nanoseconds } from '../../base/units';
import { type CallGraph, DEFAULT_STACK_BYTES } from '../../events/sampling';
import { type PerfControlSpec, parsePerfControl } from '../../gang/registry/perf-control';
import type { EventOption } from '../stat/raw-stat-options';
import { type Privilege, privilegeOf } from '../stat/stat-privilege-option';
import { delayOf, milliseconds } from '../stat/stat-run-options';
import { countsCpus, type RawTarget, type StatTarget, targetOf } from '../stat/stat-target-option';
import { usage } from '../usage-error';
import { clockOf } from './clock';
import { type FileOptions, fileOptions, type RawFileOptions } from './file-options';
import { type LossLimit, lossLimit } from './loss-limit';

/** The option values as commander hands them over. */
export interface RawRecordOptions extends Omit<RawTarget, 'perThread'>, RawFileOptions {
  readonly event?: readonly EventOption[];
  readonly freq?: string;
  readonly count?: string;
  readonly g?: boolean;
  readonly callGraph?: string;
  readonly data?: boolean;
  readonly weight?: boolean;
  readonly rawSamples?: boolean;
  readonly allUser?: boolean;
  readonly allKernel?: boolean;
  /** False with -i. */
  readonly inherit?: boolean;
  readonly allowMissing?: boolean;
  readonly excludePerf?: boolean;
  readonly excludeSelf?: boolean;
  readonly switchEvents?: boolean;
  readonly namespaces?: boolean;
  readonly allCgroups?: boolean;
  /** The lists of `-G`. */
  readonly cgroup?: readonly string[];
  readonly synth?: string;
  readonly clockid?: string;
  readonly delay?: string;
  readonly timeout?: string;
  readonly strict?: boolean;
  readonly maxLost?: string;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly waitSlots?: string;
  readonly control?: string;
}

/** What is told of tasks besides their samples. */
export interface Telling {
  /** When they come onto a CPU and leave it. */
  readonly switches: boolean;
  /** Which namespaces they are in. */
  readonly namespaces: boolean;
  /** Which cgroups they are in: with each sample, and of those that are made, their names. */
  readonly cgroups: boolean;
  /** The names of cgroups that there are already. */
  readonly olderCgroups: boolean;
  /** Of those that run already: their names, and what they have in their memory. */
  readonly running: 'nothing' | 'tasks' | 'tasks and maps';
}

/** What the command line of `record` said, checked for sense but not yet held against the machine. */
export interface RecordOptions {
  /** One for each `-e`; none for the default event. */
  readonly texts: readonly EventOption[];
  /** The lists of `-G`. */
  readonly cgroups: readonly string[];
  readonly rate: SampleRate;
  readonly callGraph?: CallGraph;
  readonly addresses: boolean;
  readonly weight: boolean;
  readonly raw: boolean;
  readonly privilege: Privilege;
  readonly inherit: boolean;
  readonly allowMissing: boolean;
  readonly excludeSelf: boolean;
  readonly tell: Telling;
  /** CLOCK_*. */
  readonly clockId: number;
  readonly target: StatTarget;
  readonly command: readonly string[];
  readonly delay?: Nanoseconds | 'until enabled';
  readonly timeout?: Nanoseconds;
  readonly file: FileOptions;
  /** What may be lost before it is a failure; undefined: anything. */
  readonly mostLost?: LossLimit;
  readonly quiet: boolean;
  readonly verbose: boolean;
  readonly waitSlots?: Nanoseconds;
  readonly control?: PerfControlSpec;
}

/** `max`: as often as the kernel allows. */
export type SampleRate =
  | { readonly kind: 'default' }
  | { readonly kind: 'frequency'; readonly hertz: bigint | 'max' }
  | { readonly kind: 'period'; readonly events: bigint };

/** @throws SyswideError USAGE when options contradict each other or make no sense */
export function recordOptions(raw: RawRecordOptions, command: readonly string[]): RecordOptions {
  const callGraph = callGraphOf(raw);
  const target = targetOf(raw, command);
  return {
    texts: raw.event ?? [],
    cgroups: cgroupsOf(raw, target),
    rate: rateOf(raw),
    ...(callGraph ? { callGraph } : {}),
    addresses: raw.data ?? false,
    weight: raw.weight ?? false,
    raw: raw.rawSamples ?? false,
    privilege: privilegeOf(raw),
    inherit: raw.inherit ?? true,
    allowMissing: raw.allowMissing ?? false,
    excludeSelf: raw.excludePerf ?? raw.excludeSelf ?? false,
    tell: telling(raw),
    clockId: clockOf(raw.clockid ?? 'monotonic'),
    target,
    command,
    ...delayOf(raw),
    ...(raw.timeout === undefined ? {} : { timeout: milliseconds('--timeout', raw.timeout) }),
    file: fileOptions(raw),
    ...mostLostOf(raw),
    quiet: raw.quiet ?? false,
    verbose: raw.verbose ?? false,
    ...(raw.waitSlots === undefined ? {} : { waitSlots: parseDuration(raw.waitSlots, '--wait-slots') }),
    ...(raw.control === undefined ? {} : { control: parsePerfControl(raw.control) }),
  };
}

function mostLostOf({ strict, maxLost }: RawRecordOptions): { readonly mostLost?: LossLimit } {
  if (strict && maxLost !== undefined) {
    throw usage('--strict and --max-lost together', 'both say how much may be lost', 'choose one of them');
  }
  if (maxLost !== undefined) return { mostLost: lossLimit('--max-lost', maxLost) };
  return strict ? { mostLost: { option: '--strict', records: 0n } } : {};
}

/** As in perf, they are for events that are named, on whole CPUs. */
function cgroupsOf({ cgroup = [], event = [] }: RawRecordOptions, target: StatTarget): readonly string[] {
  if (cgroup.length > 0 && event.length === 0) {
    throw usage('-G', 'it gives the events of -e their cgroups, and there are none', 'put it behind -e');
  }
  if (cgroup.length > 0 && !countsCpus(target)) {
    throw usage('cgroups', 'they are sampled CPU by CPU', 'add -a, or -C with a CPU list');
  }
  return cgroup;
}

function telling({ switchEvents, namespaces, allCgroups = false, synth = 'all' }: RawRecordOptions): Telling {
  const words = synth.split(',');
  return {
    switches: switchEvents ?? false,
    namespaces: namespaces ?? false,
    cgroups: allCgroups,
    running: runningOf(words),
    olderCgroups: allCgroups && (words.includes('all') || words.includes('cgroup')),
  };
}

/** As perf has it: maps are of no use without their tasks. */
function runningOf(words: readonly string[]): Telling['running'] {
  const unknown = words.find((word) => !['no', 'all', 'task', 'mmap', 'cgroup'].includes(word));
  if (unknown !== undefined) {
    throw usage(`--synth '${unknown}'`, 'there is no such choice', 'write all, task, mmap, cgroup or no');
  }
  if (words.includes('all') || words.includes('mmap')) return 'tasks and maps';
  return words.includes('task') ? 'tasks' : 'nothing';
}

function rateOf({ freq, count }: RawRecordOptions): SampleRate {
  if (freq !== undefined && count !== undefined) {
    throw usage('-F and -c together', 'both say how often a sample is taken', 'choose one of them');
  }
  if (count !== undefined) return { kind: 'period', events: above0('-c', count) };
  if (freq === undefined) return { kind: 'default' };
  return { kind: 'frequency', hertz: freq === 'max' ? 'max' : above0('-F', freq) };
}

function above0(option: string, text: string): bigint {
  const number = /^\d{1,18}$/.test(text) ? BigInt(text) : 0n;
  if (number > 0n) return number;
  throw usage(`${option} '${text}'`, 'that is no number above 0', `write a whole number: ${option} 1000`);
}

/** The kernel takes no more, nor what is no multiple of 8: perf_copy_attr() in kernel/events/core.c. */
const MOST_STACK = 65528;

function callGraphOf({ g, callGraph }: RawRecordOptions): CallGraph | undefined {
  if (callGraph === undefined) return g ? { kind: 'fp' } : undefined;
  if (callGraph === 'fp') return { kind: 'fp' };
  const [, bytes] = /^dwarf(?:,(\d{1,5}))?$/.exec(callGraph) ?? [];
  if (!callGraph.startsWith('dwarf') || (callGraph !== 'dwarf' && bytes === undefined)) {
    throw usage(`--call-graph '${callGraph}'`, 'there is no such way', 'write fp, dwarf or dwarf,8192');
  }
  const stackBytes = Number(bytes ?? DEFAULT_STACK_BYTES);
  if (stackBytes > 0 && stackBytes % 8 === 0 && stackBytes <= MOST_STACK) return { kind: 'dwarf', stackBytes };
  throw usage(
    `--call-graph '${callGraph}'`,
    `the kernel copies a multiple of 8 bytes, ${MOST_STACK} at most`,
    'write such a number: dwarf,8192',
  );
}
