import { Argument, Command, Option } from 'commander';
import { addGroups } from '../option-groups';
import { filterOptions, recordingOptions } from '../recording-options';
import type { RawLiveOptions } from './live-options';
import type { RawScriptOptions } from './script-options';

/**
 * `script` and its options, with perf's names and meanings.
 * @param action what to do with them
 */
export function scriptCommand(
  action: (handlers: string | undefined, options: RawScriptOptions & RawLiveOptions) => Promise<void>,
): Command {
  const command = new Command('script')
    .summary('print the samples of a recording, one by one')
    .description(
      'Print the samples of a recording in the order of their time, as perf script does. Reads recordings of both.',
    )
    .addHelpText('after', examples)
    .addArgument(
      new Argument('[handlers]', 'a module whose functions are called for samples, instead of printing them'),
    )
    .action((handlers: string | undefined, options: RawScriptOptions & RawLiveOptions) => action(handlers, options));
  addGroups(command, groups());
  return command;
}

const groups = (): Record<string, Option[]> => ({
  'The recording:': recordingOptions(),
  'Which samples:': [
    ...filterOptions(),
    new Option('--dsos <list>', 'only from functions of these programs'),
    new Option('-S, --symbols <list>', 'only from functions with these names'),
  ],
  'How they are shown:': [
    new Option(
      '-F, --fields <list>',
      'comm, tid, pid, time, cpu, event, trace, ip, sym, symoff, dso, srcline, …',
    ).argParser((list, before: string[] | undefined) => [...(before ?? []), list]),
    new Option('-G, --hide-call-graph', 'without call chains'),
    new Option('--max-stack <n>', 'so many functions of a call chain at most'),
    new Option('--stop-bt <list>', 'of a call chain nothing above the first of these functions'),
    new Option('--header', 'first what the recording says of its making'),
    new Option('--header-only', 'only that'),
    new Option('-D, --dump-raw-trace', 'only the records, byte by byte'),
    new Option('--inline', 'also functions that the compiler put into others: asks addr2line, which takes time'),
    new Option('--no-inline', 'not: as without it'),
    new Option('--ns', 'times to the nanosecond'),
    new Option('--reltime', 'times since the first sample'),
    new Option('--deltatime', 'times since the sample before'),
    new Option('--show-task-events', 'also what began, ended and got another name'),
    new Option('--show-mmap-events', 'also what was mapped'),
    new Option('--show-switch-events', 'also when threads came and went'),
    new Option('--show-namespace-events', 'also in which namespaces'),
    new Option('--show-cgroup-events', 'also which cgroups there are'),
    new Option('--show-bpf-events', 'also which BPF programs there are'),
    new Option('--show-round-events', 'also where one look at the rings ended'),
    new Option('--show-text-poke-events', 'also where the kernel changed its own code'),
    new Option('--show-lost-events', 'also where the kernel had no room'),
  ],
  'Handlers of the running system:': [
    new Option('--live', 'call the handlers for what happens now, until Ctrl-C; -C says on which CPUs'),
    new Option('-a, --all-cpus', 'on every CPU: always, without -C'),
    new Option('-e, --event <events>', 'the events to sample, separated by commas'),
    new Option('-c, --count <n>', 'one sample every so many events; of tracepoints every one by default'),
    new Option('-g, --call-graph', 'with call chains, by frame pointers'),
    new Option('--timeout <ms>', 'end after so long'),
  ],
});

const examples = `
Examples:
  syswide script                                the samples of perf.data
  syswide script -F comm,time,event,trace       of tracepoints
  syswide script -F +pid -C 1 --time 12.5,13
  syswide script handlers.mjs                   calls your own functions
  syswide script handlers.mjs --live -e sched:sched_switch

Exit status: 0; 1 when the recording cannot be read; 2 for a command line that
makes no sense.`;
