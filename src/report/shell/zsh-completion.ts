import {
  type ArgumentModel,
  type OptionModel,
  type ProgramModel,
  plainWords,
  spellings,
  valueKind,
  wordKind,
} from './command-model';

/** What zsh completes syswide's command line with: see `bashCompletion`. A function file, by the name `_syswide`. */
export function zshCompletion({ commands }: ProgramModel): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${plainWords(summary).replaceAll(':', ' ')}'`);
  const cases = commands.map(
    ({ name, options, words }) =>
      `    ${name})\n      _arguments -S \\\n${[...options.map(argument), ...words.map(wordLine)].join(' \\\n')}\n      ;;`,
  );
  return `#compdef syswide

_syswide_events() {
  local -a names
  names=(\${(f)"$(syswide list --raw-dump 2>/dev/null)"})
  compset -P '*[,{]'
  compadd -S '' -a names
}

_syswide_gangs() {
  local -a ids
  ids=(\${(f)"$(syswide ps --ids 2>/dev/null)"})
  compadd -a ids
}

# What may stand behind the word $1, without a space behind it.
_syswide_behind() {
  (( \${words[(I)$1]} )) && compadd -S '' -- "\${@:2}"
}

# A command and what it takes, or files.
_syswide_rest() {
  if (( \${words[(I)--]} )); then
    _normal
  else
    _files
  fi
}

_syswide() {
  local -a commands
  commands=(
${described.join('\n')}
  )
  if (( CURRENT == 2 )); then
    _describe -t commands 'syswide command' commands
    return
  fi
  local command=$words[2]
  shift words
  (( CURRENT-- ))
  case $command in
${cases.join('\n')}
  esac
}

if [[ $funcstack[1] == _syswide ]]; then
  _syswide "$@"
else
  compdef _syswide syswide
fi
`;
}

function argument(option: OptionModel): string {
  const names = spellings(option);
  const text = plainWords(option.description).replaceAll(':', ' ');
  const braces = names.length > 1 ? `{${names.join(',')}}` : (names[0] ?? '');
  const exclusive = names.length > 1 ? `'(${names.join(' ')})'` : '';
  return `        ${exclusive}${braces}'[${text}]${value(option)}'`;
}

function wordLine(word: ArgumentModel, i: number): string {
  // A command has words of its own.
  if (word.name === 'command' && word.isRepeated) return "        '*::: :_syswide_rest'";
  const offered = word.choices ?? word.offered;
  const place = word.isRepeated ? '*' : `${i + 1}:`;
  if (word.behind !== undefined && offered) {
    return `        '${place}:${word.name}: _syswide_behind ${[word.behind, ...offered].join(' ')}'`;
  }
  return `        '${place}:${word.name}:${offered ? `(${offered.join(' ')})` : actions[wordKind(word)]}'`;
}

const actions = { event: '_syswide_events', file: '_files', gang: '_syswide_gangs', open: '', none: '' } as const;

function value(option: OptionModel): string {
  const kind = valueKind(option);
  if (kind === 'none') return '';
  const isOptional = option.value?.startsWith('[') ? ':' : '';
  if (option.choices) return `${isOptional}:value:(${option.choices.join(' ')})`;
  if (option.offered) return `${isOptional}:value: _sequence compadd - ${option.offered.join(' ')}`;
  return `${isOptional}:${kind}:${actions[kind]}`;
}
