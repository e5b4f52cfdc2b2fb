import { Command, Option } from 'commander';
import { addGroups } from '../option-groups';
import type { RawFilterOptions } from '../recording-filter';
import { filterOptions, inlineOption, recordingOptions } from '../recording-options';
import type { RawForceOption } from '../recording-owner';
import type { RawInlineOption, RawSymbolOptions } from '../symbol-options';

/** What other viewers read. */
export const exportFormats = ['folded', 'speedscope', 'firefox', 'pprof', 'svg', 'chrome-trace'] as const;

export type ExportFormat = (typeof exportFormats)[number];

/** The option values as commander hands them over. */
export interface RawExportOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions, RawInlineOption {
  readonly input: string;
  readonly format: ExportFormat;
  readonly output: string;
}

/**
 * `export` and its options.
 * @param action what to do with them
 */
export function exportCommand(action: (options: RawExportOptions) => Promise<void>): Command {
  const command = new Command('export')
    .summary('write a recording as other viewers read it')
    .description('Write the samples of a recording in a format of other viewers. Reads recordings of syswide and perf.')
    .addHelpText('after', examples)
    .action((options: RawExportOptions) => action(options));
  addGroups(command, {
    'The recording:': recordingOptions(),
    'Which samples:': filterOptions(),
    'The file:': [
      new Option('--format <name>', 'what is written').choices(exportFormats).makeOptionMandatory(),
      inlineOption(),
      new Option('-o, --output <file>', 'write it there; -: to standard output').default('-'),
    ],
  });
  return command;
}

const examples = `
Examples:
  syswide export --format folded | flamegraph.pl > flame.svg
  syswide export --format pprof -o a.pb.gz && go tool pprof -top a.pb.gz
  syswide record -a -g -o - -- sleep 5 |
    syswide export -i - --format speedscope -o a.speedscope.json

Exit status: 0; 1 when the recording cannot be read; 2 for a command line that
makes no sense.`;
