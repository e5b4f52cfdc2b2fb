import type { CallOrder } from '../../profile/call-tree';
import type { SortKey } from '../../profile/histogram';
import type { SymbolPlaces } from '../../profile/programs';
import type { CallGraphStyle } from '../../report/profile/call-graph-text';
import { type FunctionFilter, functionFilter, type RawFunctionOptions } from '../function-filter';
import { type RawFilterOptions, type RecordingFilter, recordingFilter } from '../recording-filter';
import { type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawReportOptions extends RawFilterOptions, RawSymbolOptions, RawFunctionOptions {
  readonly input: string;
  readonly sort: string;
  /** Undefined where neither was said. */
  readonly children?: boolean;
  readonly callGraph?: string;
  readonly showNrSamples?: boolean;
  readonly percentLimit?: string;
  readonly header?: boolean;
  readonly headerOnly?: boolean;
  readonly stats?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What the command line of `report` said, checked for sense. */
export interface ReportOptions {
  readonly input: string;
  readonly symbols: SymbolPlaces;
  readonly filter: RecordingFilter;
  readonly functions: FunctionFilter;
  readonly keys: readonly SortKey[];
  /** Undefined: where there are call chains. */
  readonly children?: boolean;
  readonly callGraph: CallGraphOptions;
  readonly sampleCounts: boolean;
  readonly leastPercent: number;
  readonly header: boolean;
  readonly only?: 'header' | 'stats';
  readonly json: boolean;
  readonly quiet: boolean;
}

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
  const only = raw.headerOnly ? 'header' : raw.stats ? 'stats' : undefined;
  return {
    input,
    symbols: symbolPlaces(raw),
    filter: recordingFilter(raw),
    functions: functionFilter(raw),
    keys: sortKeys(raw.sort),
    ...(children === undefined ? {} : { children }),
    // It is the limit of call trees, too, as in perf.
    callGraph: { ...callGraphOf(raw.callGraph), ...(leastPercent === undefined ? {} : { leastPercent }) },
    sampleCounts: raw.showNrSamples ?? false,
    leastPercent: leastPercent ?? 0,
    header: raw.header ?? false,
    ...(only === undefined ? {} : { only }),
    json: raw.json ?? false,
    quiet: raw.quiet ?? false,
  };
}

/** perf's names of them. */
const keyNames: Record<string, SortKey> = {
  comm: 'comm',
  pid: 'pid',
  tid: 'tid',
  cpu: 'cpu',
  dso: 'dso',
  sym: 'sym',
  symbol: 'sym',
};

/** @throws SyswideError USAGE for what is no key */
export function sortKeys(text: string): SortKey[] {
  return [...new Set(text.split(','))].map((word) => {
    const key = keyNames[word];
    if (key) return key;
    throw usage(`--sort '${word}'`, 'there is no such key', `write some of ${Object.keys(keyNames).join(', ')}`);
  });
}

const shares = new Set<string>(['graph', 'fractal', 'none']);
const orders = new Set<string>(['caller', 'callee']);

/** perf's default of the least share. */
const LEAST_PERCENT = 0.5;

function callGraphOf(text: string | undefined): CallGraphOptions {
  let options: CallGraphOptions = { shares: 'graph', leastPercent: LEAST_PERCENT };
  for (const word of text?.split(',') ?? []) {
    if (shares.has(word)) options = { ...options, shares: word as CallGraphOptions['shares'] };
    else if (orders.has(word)) options = { ...options, order: word as CallOrder };
    else if (/^\d/.test(word)) options = { ...options, leastPercent: percentOf('-g', word) };
    else if (!ignored.has(word)) {
      throw usage(
        `-g '${word}'`,
        'there is no such way',
        'write graph, fractal or none, a percentage, caller or callee',
      );
    }
  }
  return options;
}

/** What perf's `-g` takes besides, and is so always. */
const ignored = new Set(['function', 'percent']);

function percentOf(option: string, text: string): number {
  const number = /^\d{1,3}(\.\d{1,6})?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (number <= 100) return number;
  throw usage(`${option} '${text}'`, 'that is no percentage', `write a number from 0 to 100: ${option} 0.5`);
}
