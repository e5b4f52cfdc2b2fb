import { type OptionModel, type ProgramModel, plainWords, spellings, valueKind } from './command-model';

/** What zsh completes syswide's command line with: see `bashCompletion`. A function file, by the name `_syswide`. */
export function zshCompletion({ commands }: ProgramModel): string {
  const described = commands.map(({ name, summary }) => `    '${name}:${plainWords(summary).replaceAll(':', ' ')}'`);
  const cases = commands.map(
    ({ name, options }) =>
      `    ${name})\n      _arguments -S \\\n${options.map(argument).join('')}        '*::: :_syswide_rest'\n      ;;`,
  );
  return `#compdef syswide

_syswide_events() {
  local -a names
  names=(\${(f)"$(syswide list --raw-dump 2>/dev/null)"})
  compset -P '*[,{]'
  compadd -S '' -a names
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
  return `        ${exclusive}${braces}'[${text}]${value(option)}' \\\n`;
}

function value(option: OptionModel): string {
  const kind = valueKind(option);
  if (kind === 'none') return '';
  const isOptional = option.value?.startsWith('[') ? ':' : '';
  if (option.choices) return `${isOptional}:value:(${option.choices.join(' ')})`;
  return `${isOptional}:${kind}:${{ event: '_syswide_events', file: '_files', open: '' }[kind]}`;
}
