import { Option } from 'commander';

/** The options that everything has that reads recordings: which one, and where symbols are. */
export const recordingOptions = (): Option[] => [
  new Option('-i, --input <file>', 'read this one').default('perf.data'),
  forceOption(),
  ...symbolOptions(),
];

/** perf's: without it, recordings of other users are refused. */
export const forceOption = (): Option => new Option('-f, --force', 'also a recording of another user');

/** Those that say where symbols are. */
export const symbolOptions = (): Option[] => [
  new Option('--symfs <folder>', 'look for programs below this folder'),
  new Option('--kallsyms <file>', "the kernel's symbols, as /proc/kallsyms had them"),
  new Option('-k, --vmlinux <file>', "the kernel's symbols, from its own program"),
];

/** That which has the compiler's work undone. */
export const inlineOption = (): Option =>
  new Option('--inline', 'also functions that the compiler put into others: asks addr2line, which takes time');

/** Those that say which samples are wanted. @param short of `--comms`, which not every command has */
export const filterOptions = (short = ''): Option[] => [
  new Option(`${short}--comms <list>`, 'only of commands with these names'),
  new Option('--pid <list>', 'only of these processes'),
  new Option('--tid <list>', 'only of these threads'),
  new Option('-C, --cpu <list>', 'only from these CPUs: 0-3,8'),
  new Option(
    '--time <from,to>',
    'only between these times, in seconds as syswide script shows them; or parts: 10%-40%, 10%/2',
  ),
];

/** That which says what shares are of, where samples are left out. */
export const percentageOption = (): Option =>
  new Option('--percentage <of>', 'shares of all, or relative to what is left of it').choices(['absolute', 'relative']);
