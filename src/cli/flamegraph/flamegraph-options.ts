import { basename } from 'node:path';
import { streamOrFile } from '../open-descriptor';
import { type RawFilterOptions, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { inputName } from '../spooled-input';
import { type RawInlineOption, type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';
import type { TimedReading } from './timed-recording';

/** The option values as commander hands them over. */
export interface RawFlamegraphOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions, RawInlineOption {
  readonly input: string;
  readonly diff?: boolean;
  readonly output: string;
  readonly title?: string;
  readonly quiet?: boolean;
}

/** What the command line of `flamegraph` said, checked for sense. */
export interface FlamegraphOptions extends TimedReading {
  /** One, or what was before and what is now. */
  readonly inputs: readonly string[];
  readonly output: string;
  readonly title: string;
  readonly quiet: boolean;
}

/** What is read where nothing else is said. */
const DEFAULT_INPUT = 'perf.data';

/** @throws SyswideError USAGE when options make no sense */
export function flamegraphOptions(files: readonly string[], raw: RawFlamegraphOptions): FlamegraphOptions {
  if (raw.diff && files.length !== 2) {
    throw usage(
      `--diff with ${files.length} recordings`,
      'it compares two',
      'name them: --diff before.data after.data',
    );
  }
  if (raw.diff && raw.input !== DEFAULT_INPUT) {
    throw usage(
      '--diff and -i',
      '--diff takes two recordings by their names',
      'leave out -i: --diff before.data after.data',
    );
  }
  if (!raw.diff && files.length > 0) {
    throw usage(`'${files[0]}'`, 'only --diff takes recordings so', 'write -i before it');
  }
  const inputs = raw.diff ? files : [raw.input];
  return {
    inputs,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    inlines: raw.inline ?? false,
    output: streamOrFile(raw.output),
    title: raw.title ?? inputs.map((path) => basename(inputName(path))).join(' → '),
    quiet: raw.quiet ?? false,
  };
}
