import type { Owner } from '../../perfdata/input-file';
import type { ChainTrim } from '../../profile/chain-trim';
import type { SymbolPlaces } from '../../profile/programs';
import type { ReportField } from '../../report/profile/histogram-columns';
import type { ColumnStyle } from '../../report/profile/histogram-text';
import { type FunctionFilter, functionFilter, type RawFunctionOptions } from '../function-filter';
import { type RawFilterOptions, type RecordingFilter, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { stackDepth } from '../stack-depth';
import { type RawInlineOption, type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';
import { type CallGraphOptions, callGraphOptions, percentOf } from './call-graph-options';
import { type ReportFields, reportFields } from './report-fields';
import { type RawTableStyle, tableStyle } from './table-style';

/** The option values as commander hands them over. */
export interface RawReportOptions
  extends RawForceOption,
    RawFilterOptions,
    RawSymbolOptions,
    RawInlineOption,
    RawFunctionOptions,
    RawTableStyle {
  readonly input: string;
  readonly sort?: string;
  readonly fields?: string;
  /** Undefined where neither was said. */
  readonly children?: boolean;
  readonly callGraph?: string;
  readonly showNrSamples?: boolean;
  readonly showTotalPeriod?: boolean;
  readonly showCpuUtilization?: boolean;
  readonly inverted?: boolean;
  readonly percentage?: string;
  readonly hideUnresolved?: boolean;
  readonly ignoreCallees?: string;
  readonly maxStack?: string;
  readonly percentLimit?: string;
  readonly header?: boolean;
  readonly headerOnly?: boolean;
  readonly stats?: boolean;
  readonly tasks?: boolean;
  readonly mmaps?: boolean;
  readonly dumpRawTrace?: boolean;
  /** True unless it was said that groups are not shown as such; `forced` by `--group`. */
  readonly group?: boolean;
  readonly hierarchy?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly parent?: string;
  readonly excludeOther?: boolean;
}

/** What the command line of `report` said, checked for sense. */
export interface ReportOptions {
  readonly owner: Owner;
  readonly input: string;
  readonly symbols: SymbolPlaces;
  readonly filter: RecordingFilter;
  /** Of which times, as it was asked for; undefined: of all. */
  readonly timeSlices: string | undefined;
  /** Whether shares are of what is shown, not of all. */
  readonly isRelative: boolean;
  readonly style: ColumnStyle;
  /** Absent: call chains are whole. */
  readonly trim?: ChainTrim;
  readonly functions: FunctionFilter;
  /** Which fields, for a recording with or without a share for callers. */
  readonly fieldsFor: (children: boolean) => ReportFields;
  /** Undefined: where there are call chains. */
  readonly children?: boolean;
  readonly callGraph: CallGraphOptions;
  /** Which events stand in one table: those that were recorded as a group, all, or none. */
  readonly together: 'groups' | 'all' | 'none';
  readonly hierarchy: boolean;
  /** Whether functions that the compiler put into others are shown. */
  readonly inlines: boolean;
  readonly leastPercent: number;
  /** The names of functions that are parents. */
  readonly parents: RegExp;
  readonly isOnlyWithParent: boolean;
  readonly header: boolean;
  readonly only?: ReportPart;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What can be asked for instead of entries. */
export type ReportPart = 'header' | 'stats' | 'tasks' | 'mmaps' | 'dump';

/** @throws SyswideError USAGE when options make no sense */
export function reportOptions(raw: RawReportOptions): ReportOptions {
  const { input, children } = raw;
  const leastPercent = raw.percentLimit === undefined ? undefined : percentOf('--percent-limit', raw.percentLimit);
  const only = partOf(raw);
  const fieldsFor = (hasChildren: boolean) => fieldsOf(raw, hasChildren);
  // What is no field is told before the recording is read.
  checkKeys(raw, fieldsFor(false).keys);
  const trim = trimOf(raw);
  return {
    input,
    ...(trim ? { trim } : {}),
    parents: patternOf('-p', raw.parent ?? DEFAULT_PARENTS),
    isOnlyWithParent: raw.excludeOther ?? false,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    timeSlices: raw.time,
    isRelative: raw.percentage === 'relative',
    style: tableStyle(raw),
    functions: functionFilter(raw),
    fieldsFor,
    ...(children === undefined ? {} : { children }),
    callGraph: callGraphOptions(raw, leastPercent),
    together: raw.group === undefined ? 'groups' : raw.group ? 'all' : 'none',
    hierarchy: raw.hierarchy ?? false,
    inlines: raw.inline ?? false,
    leastPercent: leastPercent ?? 0,
    header: raw.header ?? false,
    ...(only === undefined ? {} : { only }),
    json: raw.json ?? false,
    quiet: raw.quiet ?? false,
  };
}

const fieldsOf = (raw: RawReportOptions, children: boolean): ReportFields =>
  reportFields({
    fields: raw.fields,
    sort: raw.sort,
    children,
    numbers: numbersOf(raw),
    parents: raw.parent !== undefined,
  });

const numbersOf = (raw: RawReportOptions): ReportField[] => [
  ...(raw.showCpuUtilization ? (['overhead_sys', 'overhead_us'] as const) : []),
  ...(raw.showNrSamples ? (['sample'] as const) : []),
  ...(raw.showTotalPeriod ? (['period'] as const) : []),
];

function checkKeys(raw: RawReportOptions, keys: ReportFields['keys']): void {
  if (raw.hierarchy && keys.length === 0) throw usage('--hierarchy', 'there are no keys', 'write some with --sort');
  if (raw.excludeOther && !keys.includes('parent')) {
    throw usage('-x', 'no function is a parent', 'add -p REGEX, or parent to --sort');
  }
}

function partOf(raw: RawReportOptions): ReportPart | undefined {
  const parts: readonly [ReportPart, boolean | undefined][] = [
    ['header', raw.headerOnly],
    ['stats', raw.stats],
    ['mmaps', raw.mmaps],
    ['tasks', raw.tasks],
    ['dump', raw.dumpRawTrace],
  ];
  return parts.find(([, isAsked]) => isAsked)?.[0];
}

function trimOf({ hideUnresolved, ignoreCallees, maxStack }: RawReportOptions): ChainTrim | undefined {
  if (!hideUnresolved && ignoreCallees === undefined && maxStack === undefined) return undefined;
  return {
    hidesUnresolved: hideUnresolved ?? false,
    ...(ignoreCallees === undefined ? {} : { ignoredCallees: patternOf('--ignore-callees', ignoreCallees) }),
    ...(maxStack === undefined ? {} : { most: stackDepth(maxStack) }),
  };
}

/** perf's: system calls and page faults, as they were called once. */
const DEFAULT_PARENTS = '^sys_|^do_page_fault';

function patternOf(option: string, text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch {
    throw usage(`${option} '${text}'`, 'that is no regular expression', "write one of JavaScript's: ^vfs_|^do_sys");
  }
}
