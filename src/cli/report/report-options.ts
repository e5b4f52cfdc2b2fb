import type { Owner } from '../../perfdata/input-file';
import type { CallOrder } from '../../profile/call-tree';
import type { SymbolPlaces } from '../../profile/programs';
import type { CallGraphStyle } from '../../report/profile/call-graph-text';
import { type FunctionFilter, functionFilter, type RawFunctionOptions } from '../function-filter';
import { type RawFilterOptions, type RecordingFilter, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';
import { type ReportFields, reportFields } from './report-fields';

/** The option values as commander hands them over. */
export interface RawReportOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions, RawFunctionOptions {
  readonly input: string;
  readonly sort?: string;
  readonly fields?: string;
  /** Undefined where neither was said. */
  readonly children?: boolean;
  readonly callGraph?: string;
  readonly showNrSamples?: boolean;
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
  readonly inline?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What the command line of `report` said, checked for sense. */
export interface ReportOptions {
  readonly owner: Owner;
  readonly input: string;
  readonly symbols: SymbolPlaces;
  readonly filter: RecordingFilter;
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
  readonly header: boolean;
  readonly only?: ReportPart;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** What can be asked for instead of entries. */
export type ReportPart = 'header' | 'stats' | 'tasks' | 'mmaps' | 'dump';

/** How call trees are shown; `none`: not at all. */
export interface CallGraphOptions extends Omit<CallGraphStyle, 'shares'> {
  readonly shares: CallGraphStyle['shares'] | 'none';
  /** Undefined: as it fits to `children`. */
  readonly order?: CallOrder;
}

/** @throws SyswideError USAGE when options make no sense */
export function reportOptions(raw: RawReportOptions): ReportOptions {
  const { input, children } = raw;
  const leastPercent = raw.percentLimit === undefined ? undefined : percentOf('--percent-limit', raw.percentLimit);
  const only = partOf(raw);
  const fieldsFor = (hasChildren: boolean) =>
    reportFields({
      fields: raw.fields,
      sort: raw.sort,
      children: hasChildren,
      sampleCounts: raw.showNrSamples ?? false,
    });
  // What is no field is told before the recording is read.
  const { keys } = fieldsFor(false);
  if (raw.hierarchy && keys.length === 0) throw usage('--hierarchy', 'there are no keys', 'write some with --sort');
  return {
    input,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    functions: functionFilter(raw),
    fieldsFor,
    ...(children === undefined ? {} : { children }),
    // It is the limit of call trees, too, as in perf.
    callGraph: { ...callGraphOf(raw.callGraph), ...(leastPercent === undefined ? {} : { leastPercent }) },
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

const shares = new Set<string>(['graph', 'fractal', 'flat', 'folded', 'none']);
const values = new Set<string>(['percent', 'period', 'count']);
const orders = new Set<string>(['caller', 'callee']);

/** perf's default of the least share. */
const LEAST_PERCENT = 0.5;

function callGraphOf(text: string | undefined): CallGraphOptions {
  let options: CallGraphOptions = { shares: 'graph', value: 'percent', leastPercent: LEAST_PERCENT };
  for (const word of text?.split(',') ?? []) {
    if (shares.has(word)) options = { ...options, shares: word as CallGraphOptions['shares'] };
    else if (orders.has(word)) options = { ...options, order: word as CallOrder };
    else if (values.has(word)) options = { ...options, value: word as CallGraphOptions['value'] };
    else if (/^\d/.test(word)) options = { ...options, leastPercent: percentOf('-g', word) };
    // perf's default of what nodes are told apart by, and the only one here.
    else if (word !== 'function') {
      throw usage(
        `-g '${word}'`,
        'there is no such way',
        'write graph, fractal, flat, folded or none, a percentage, caller or callee, percent, period or count',
      );
    }
  }
  return options;
}

function percentOf(option: string, text: string): number {
  const number = /^\d{1,3}(\.\d{1,6})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw usage(`${option} '${text}'`, 'that is no percentage', `write a number from 0 to 100: ${option} 0.5`);
}
