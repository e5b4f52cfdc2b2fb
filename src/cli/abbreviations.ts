import type { Command, Option } from 'commander';
import { usage } from './usage-error';

/**
 * The words of a command with their long options spelled out: as in perf, the beginning of one will do, where no other begins
 * so. Values, and the words of a command that is measured, stay as they are.
 * @throws SyswideError USAGE for a beginning of several
 */
export function spelledOut(words: readonly string[], command: Command): string[] {
  const out: string[] = [];
  for (let i = 0; i < words.length; i += 1) {
    const word = words[i] ?? '';
    if (word === '--' || (isOperand(word) && runsCommand(command))) return [...out, ...words.slice(i)];
    const [spelled, option] = word.startsWith('--') ? longOption(word, command) : [word, shortOption(word, command)];
    out.push(spelled);
    const next = words[i + 1];
    if (next === undefined || !takesNext(option, next)) continue;
    out.push(next);
    i += 1;
  }
  return out;
}

const isOperand = (word: string): boolean => !word.startsWith('-') || word === '-';

/** Behind its first word, options are those of another program. */
const runsCommand = ({ registeredArguments }: Command): boolean =>
  registeredArguments.some((argument) => argument.name() === 'command' && argument.variadic);

const takesNext = (option: Option | undefined, next: string): boolean =>
  option !== undefined && (option.required || (option.optional && isOperand(next)));

/** What it is in full, and the option whose value stands behind it. */
function longOption(word: string, { options }: Command): [string, Option?] {
  const [name = '', ...value] = word.split('=');
  const known = [...options.flatMap(({ long }) => long ?? []), '--help'];
  const found = known.includes(name) ? [name] : known.filter((long) => name !== '--' && long.startsWith(name));
  const [full, ...others] = found;
  if (full === undefined) return [word];
  if (others.length > 0) {
    throw usage(`'${name}'`, `several options begin so: ${found.join(', ')}`, 'write more of the one that is meant');
  }
  if (value.length > 0) return [[full, ...value].join('=')];
  const option = options.find(({ long }) => long === full);
  return option ? [full, option] : [full];
}

/** The last one of `-abc`, if its value does not stand in the same word. */
function shortOption(word: string, { options }: Command): Option | undefined {
  for (let at = 1; at < word.length; at += 1) {
    const option = options.find(({ short }) => short === `-${word[at]}`);
    if (!option) return undefined;
    if (option.required || option.optional) return at === word.length - 1 ? option : undefined;
  }
  return undefined;
}
