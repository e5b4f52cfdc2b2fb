import type { Owner } from '../../perfdata/input-file';
import type { SortKey } from '../../profile/histogram';
import type { SymbolPlaces } from '../../profile/programs';
import type { Computed } from '../../report/profile/difference-text';
import { type FunctionFilter, functionFilter, type RawFunctionOptions } from '../function-filter';
import { type RawFilterOptions, type RecordingFilter, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { sortKeys } from '../report/report-fields';
import { type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawDiffOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions, RawFunctionOptions {
  readonly percentage?: string;
  readonly sort: string;
  readonly compute: string;
  readonly baselineOnly?: boolean;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** What the command line of `diff` said, checked for sense. */
export interface DiffOptions {
  readonly owner: Owner;
  /** Paths of recordings: what was before, and what is now. */
  readonly base: string;
  readonly other: string;
  readonly symbols: SymbolPlaces;
  readonly filter: RecordingFilter;
  readonly functions: FunctionFilter;
  /** Whether shares are of what these leave. */
  readonly isRelative: boolean;
  readonly keys: readonly SortKey[];
  readonly computed: Computed;
  readonly baselineOnly: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** A socket or an event of one recording is none of the other. */
const comparable = ['comm', 'pid', 'tid', 'cpu', 'dso', 'sym', 'symbol'];

const computations = new Set<string>(['delta', 'delta-abs', 'ratio']);

/**
 * @param files as perf takes them: the old and the new one; one alone is the old one of `perf.data`
 * @throws SyswideError USAGE when options make no sense
 */
export function diffOptions(files: readonly string[], raw: RawDiffOptions): DiffOptions {
  const [base = 'perf.data.old', other = 'perf.data'] = files;
  if (!computations.has(raw.compute)) {
    throw usage(`-c '${raw.compute}'`, 'that is not computed', `write one of ${[...computations].join(', ')}`);
  }
  return {
    base,
    other,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    functions: functionFilter(raw),
    isRelative: raw.percentage === 'relative',
    keys: sortKeys(raw.sort, comparable),
    computed: raw.compute as Computed,
    baselineOnly: raw.baselineOnly ?? false,
    json: raw.json ?? false,
    quiet: raw.quiet ?? false,
  };
}
