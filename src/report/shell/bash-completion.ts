import {
  type CommandModel,
  type OptionModel,
  type ProgramModel,
  spellings,
  valueKind,
  wordKind,
} from './command-model';

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

# What the word $2 of the command $1 is, the first one being 1, behind the words $3.
_syswide_word() {
  case "$1 $2" in
${commands.flatMap(wordCases).join('\n')}
    *) echo open ;;
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

# What $1 says, or of these texts, of which commas may join several.
_syswide_offer() {
  case $1 in
    event) _syswide_events "$2" ;;
    file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
    gang) COMPREPLY=($(compgen -W "$(syswide ps --ids 2>/dev/null)" -- "$2")) ;;
    open) ;;
    *) [[ $1 == *= ]] && compopt -o nospace 2>/dev/null
      local last=\${2##*,}
      COMPREPLY=($(compgen -P "\${2%"$last"}" -W "\${1//|/ }" -- "$last")) ;;
  esac
}

_syswide() {
  COMPREPLY=()
  local line=\${COMP_LINE:0:COMP_POINT}
  local -a typed
  read -ra typed <<< "$line"
  local current=''
  [[ $line == *[[:space:]] ]] || current=\${typed[\${#typed[@]}-1]}
  local count=\${#typed[@]}
  [[ -n $current ]] && (( count-- ))
  local command='' previous='' place=1 before='' word
  for word in "\${typed[@]:1:count-1}"; do
    [[ $word == -- ]] && { COMPREPLY=($(compgen -c -- "$current")); return; }
    if [[ -z $command ]]; then
      [[ $word == -* ]] || command=$word
    elif [[ $word != -* && $(_syswide_value "$command" "$previous") == none ]]; then
      (( place++ ))
      before+=" $word "
    fi
    previous=$word
  done
  if [[ -z $command ]]; then
    if [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$(_syswide_options '')" -- "$current"))
    else COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$current")); fi
    return
  fi
  local value=$(_syswide_value "$command" "$previous")
  if [[ $value != none ]]; then _syswide_offer "$value" "$current"
  elif [[ $current == -* ]]; then COMPREPLY=($(compgen -W "$(_syswide_options "$command")" -- "$current"))
  else _syswide_offer "$(_syswide_word "$command" "$place" "$before")" "$current"; fi
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
  return [`    ${patterns.join(' | ')}) echo '${(option.choices ?? option.offered)?.join('|') ?? kind}' ;;`];
}

const wordCases = ({ name, words }: CommandModel): string[] =>
  words.map((word, i) => {
    const place = word.isRepeated ? `'${name} '*` : `'${name} ${i + 1}'`;
    const condition = word.behind === undefined ? '' : `[[ $3 == *' ${word.behind} '* ]] && `;
    return `    ${place}) ${condition}echo '${(word.choices ?? word.offered)?.join('|') ?? wordKind(word)}' ;;`;
  });
