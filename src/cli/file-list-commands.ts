import { Command, Option } from 'commander';
import { forceOption } from './recording-options';
import type { RawForceOption } from './recording-owner';

/** The option values as commander hands them over. */
export interface FileListOptions extends RawForceOption {
  readonly input: string;
}

/** Those of `buildid-list`. */
export interface BuildListOptions extends FileListOptions {
  readonly withHits?: boolean;
  readonly kernel?: boolean;
}

/** Those of `evlist`. */
export interface EventListOptions extends FileListOptions {
  readonly verbose?: boolean;
  readonly freq?: boolean;
  readonly group?: boolean;
  readonly traceFields?: boolean;
}

const command = (name: string, summary: string): Command =>
  new Command(name)
    .summary(summary)
    .description(`Print ${summary.replace(/^list /, '')}, a line each. Reads recordings of syswide and of perf.`)
    .addOption(new Option('-i, --input <file>', 'read this one').default('perf.data'))
    .addOption(forceOption())
    .addHelpText('after', exitStatus);

const exitStatus = `
Exit status: 0; 1 when the recording cannot be read; 2 for a command line that
makes no sense.`;

/** `evlist`. @param action what to do with its options */
export const evlistCommand = (action: (options: EventListOptions) => Promise<void>): Command =>
  command('evlist', 'list the events of a recording')
    .option('-v, --verbose', 'with all that the kernel was asked for')
    .option('-F, --freq', 'with how often they are sampled')
    .option('-g, --group', 'those that were recorded as a group in one line')
    .option('--trace-fields', 'with the fields of tracepoints')
    .action((options: EventListOptions) => action(options));

/** `buildid-list`. @param action what to do with its options */
export const buildidListCommand = (action: (options: BuildListOptions) => Promise<void>): Command =>
  command('buildid-list', 'list the build-ids of the programs that a recording names')
    .option('-H, --with-hits', 'only of programs in which samples were taken')
    .option('-k, --kernel', 'only the build-id of the kernel that runs')
    .action((options: BuildListOptions) => action(options));
