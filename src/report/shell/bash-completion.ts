import { type OptionModel, type ProgramModel, spellings, valueKind } from './command-model';

/**
 * What bash completes syswide's command line with: commands, options, events, files, and behind `--` any program. It needs
 * nothing but bash. The names of events are asked for when they are needed.
 */
export function bashCompletion({ commands, options }: ProgramModel): string {
  const names = commands.map(({ name }) => name);
  return `# bash completion for syswide: source it, or put it where bash-completion looks for it

_syswide_options() {
  case $1 in
${commands.map(({ name, options: own }) => `    ${name}) echo '${words(own)}' ;;`).join('\n')}
    *) echo '${words(options)}' ;;
  esac
}

# What the option $2 of the command $1 takes.
_syswide_value() {
  case "$1 $2" in
${commands.flatMap(({ name, options: own }) => own.flatMap((option) => valueCase(name, option))).join('\n')}
    *) echo none ;;
  esac
}

# Names of events. What stands before the last comma or brace stays.
_syswide_events() {
  local last=\${1##*[,\\{]}
  local before=\${1%"$last"}
  [[ $COMP_WORDBREAKS == *:* && $last == *:* ]] && local cut=\${1%:*}:
  local name
  while IFS= read -r name; do
    COMPREPLY+=("\${name#"$cut"}")
  done < <(compgen -P "$before" -W "$(syswide list --raw-dump 2>/dev/null)" -- "$last")
  compopt -o nospace 2>/dev/null
}

_syswide() {
  COMPREPLY=()
  local line=\${COMP_LINE:0:COMP_POINT}
  local -a typed
  read -ra typed <<< "$line"
  local current=''
  [[ $line == *[[:space:]] ]] || current=\${typed[\${#typed[@]}-1]}
  local command='' word
  for word in "\${typed[@]:1}"; do
    [[ $word == -- ]] && { COMPREPLY=($(compgen -c -- "$current")); return; }
    [[ -z $command && $word != -* && ( $word != "$current" || -z $current ) ]] && command=$word
  done
  local count=\${#typed[@]}
  local previous=\${typed[count-1]}
  [[ -n $current ]] && previous=\${typed[count-2]}
  if [[ -z $command ]]; then
    if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$(_syswide_options '')" -- "$current"))
    else COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$current")); fi
    return
  fi
  local value=$(_syswide_value "$command" "$previous")
  case $value in
    event) _syswide_events "$current" ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")) ;;
    open) ;;
    none)
      if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$(_syswide_options "$command")" -- "$current"))
      else compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$current")); fi ;;
    *) COMPREPLY=($(compgen -W "\${value//|/ }" -- "$current")) ;;
  esac
}

complete -F _syswide syswide
`;
}

const words = (options: readonly OptionModel[]): string => options.flatMap(spellings).join(' ');

function valueCase(command: string, option: OptionModel): string[] {
  const kind = valueKind(option);
  // Behind one that may stand alone, anything can follow.
  if (kind === 'none' || option.value?.startsWith('[')) return [];
  const patterns = spellings(option).map((spelling) => `'${command} ${spelling}'`);
  return [`    ${patterns.join(' | ')}) echo '${option.choices?.join('|') ?? kind}' ;;`];
}
