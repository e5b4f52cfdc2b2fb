import {
  type ArgumentModel,
  type CommandModel,
  type OptionModel,
  type ProgramModel,
  plainWords,
  type ValueKind,
  valueKind,
  wordKind,
} from './command-model';

/** What fish completes syswide's command line with: see `bashCompletion`. */
export function fishCompletion({ commands, options }: ProgramModel): string {
  const names = commands.map(({ name }) => name).join(' ');
  const lines = [
    '# fish completion for syswide',
    'function __syswide_events',
    "    set -l before (string replace -r '[^,{]*$' '' -- (commandline -ct))",
    '    for name in (syswide list --raw-dump 2>/dev/null)',
    '        echo $before$name',
    '    end',
    'end',
    'function __syswide_list',
    "    set -l before (string replace -r '[^,]*$' '' -- (commandline -ct))",
    '    for name in $argv',
    '        echo $before$name',
    '    end',
    'end',
    'function __syswide_is_behind',
    '    contains -- -- (commandline -opc)',
    'end',
    // What fish completes behind it is a line of its own.
    'function __syswide_behind',
    '    set -l words (commandline -opc)',
    '    set -e words[1..(contains -i -- -- $words)]',
    "    complete -C (string join ' ' -- (string escape -- $words) (commandline -ct))",
    'end',
    "complete -c syswide -n __syswide_is_behind -x -a '(__syswide_behind)'",
    `set -l commands ${names}`,
    'complete -c syswide -n "not __fish_seen_subcommand_from $commands" -f',
    ...options.map((option) => optionLine('not __fish_seen_subcommand_from $commands', option)),
    ...commands.flatMap(commandLines),
  ];
  return `${lines.join('\n')}\n`;
}

function commandLines({ name, summary, options, words }: CommandModel): string[] {
  const condition = `__fish_seen_subcommand_from ${name}`;
  return [
    `complete -c syswide -n "not __fish_seen_subcommand_from $commands" -a ${name} -d '${plainWords(summary)}'`,
    ...options.map((option) => optionLine(condition, option)),
    ...(words.some((word) => wordKind(word) === 'file') ? [] : [`complete -c syswide -n "${condition}" -f`]),
    ...words.flatMap((word, i) => wordLine(condition, word, i)),
  ];
}

/** What tells what a word may be. */
const askedFor: Partial<Record<ValueKind, string>> = {
  event: '(__syswide_events)',
  gang: '(syswide ps --ids 2>/dev/null)',
};

function wordLine(condition: string, word: ArgumentModel, i: number): string[] {
  const offers = (word.choices ?? word.offered)?.join(' ') ?? askedFor[wordKind(word)];
  if (offers === undefined) return [];
  const behind = word.behind === undefined ? '' : `; and __fish_seen_subcommand_from ${word.behind}`;
  // Behind the program, the command and the words before it.
  const isThere = word.isRepeated ? condition : `${condition}; and test (count (commandline -opc)) -eq ${i + 2}`;
  return [`complete -c syswide -n "${isThere}${behind}" -a '${offers}'`];
}

function optionLine(condition: string, option: OptionModel): string {
  const { short, long, choices, description } = option;
  const names = [...(short ? [`-s ${short.slice(1)}`] : []), ...(long ? [`-l ${long.slice(2)}`] : [])].join(' ');
  return `complete -c syswide -n "${condition}" ${names}${value(option, choices)} -d '${plainWords(description)}'`;
}

function value(option: OptionModel, choices: readonly string[] | undefined): string {
  const kind = valueKind(option);
  // Behind one that may stand alone, fish would ask for something.
  if (kind === 'none' || option.value?.startsWith('[')) return '';
  if (choices) return ` -x -a '${choices.join(' ')}'`;
  if (option.offered) return ` -x -a '(__syswide_list ${option.offered.join(' ')})'`;
  return { event: " -x -a '(__syswide_events)'", file: ' -r -F', gang: ' -x', open: ' -x' }[kind];
}
