import { Command, Option } from 'commander';
import { forceOption } from './recording-options';
import type { RawForceOption } from './recording-owner';

/** The option values as commander hands them over. */
export interface FileListOptions extends RawForceOption {
  readonly input: string;
}

const command = (name: string, summary: string, action: (options: FileListOptions) => Promise<void>): Command =>
  new Command(name)
    .summary(summary)
    .description(`Print ${summary.replace(/^list /, '')}, a line each. Reads recordings of syswide and of perf.`)
    .addOption(new Option('-i, --input <file>', 'read this one').default('perf.data'))
    .addOption(forceOption())
    .addHelpText('after', '\nExit status: 0; 1 when the recording cannot be read.')
    .action((options: FileListOptions) => action(options));

/** `evlist`. @param action what to do with its options */
export const evlistCommand = (action: (options: FileListOptions) => Promise<void>): Command =>
  command('evlist', 'list the events of a recording', action);

/** `buildid-list`. @param action what to do with its options */
export const buildidListCommand = (action: (options: FileListOptions) => Promise<void>): Command =>
  command('buildid-list', 'list the build-ids of the programs that a recording names', action);
