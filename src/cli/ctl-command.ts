import { Command } from 'commander';

/** The options of `ctl`, as commander hands them over. */
export interface CtlOptions {
  readonly json?: boolean;
}

/**
 * `ctl` and its arguments.
 * @param action what to do with them
 */
export function ctlCommand(
  action: (id: string, order: string, values: readonly string[], options: CtlOptions) => Promise<void>,
): Command {
  return new Command('ctl')
    .summary('pause, resume, change or stop a measurement that runs')
    .description(
      'Control a measurement (a gang of events) that another syswide runs. Changes happen on all of its CPUs, or on none.',
    )
    .argument('<id>', 'its id as syswide ps lists it, the beginning of it, or the pid of its owner')
    .argument('<order>', 'enable, disable, status, stop or set')
    .argument('[values...]', 'for set: cpus=LIST period=N addr=ADDRESS,len=BYTES,type=TYPE filter=FILTER')
    .option('--json', 'print the state afterwards as one JSON object')
    .addHelpText('after', examples)
    .action((id: string, order: string, values: string[], options: CtlOptions) => action(id, order, values, options));
}

const examples = `
Examples:
  syswide ctl gzf disable                          hold the counts
  syswide ctl gzf status
  syswide ctl gzf set cpus=0-1
  syswide ctl gzf set addr=0x601040,len=4,type=w   one change: all or nothing
  syswide ctl gzf set filter='prev_pid == 1'       filter= alone removes it
  syswide ctl 4711 stop                            as Ctrl-C at the process

Exit status: 0 done; 1 refused, or nobody answers: the gang is as it was; 2
called wrongly.`;
