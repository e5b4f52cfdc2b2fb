/** A stretch of a text, and what is to stand there instead. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** Longer names are left as they are: files may have names that nobody reads, of any length. */
const LONGEST = 8192;

/** What may stand behind the parameters of a member function. */
const qualifiers = /(?: const| volatile| &&?)*$/;

/**
 * Arguments of templates as GNU's demangler writes them: functions whose address is one without their parameters,
 * `f<&g(int)>` as `f<&g>`, and function types with a space, `f<a<b>(int)>` as `f<a<b> (int)>`.
 */
export function gnuArguments(text: string): string {
  if (text.length > LONGEST) return text;
  return withEdits(plainLambdas(text));
}

function withEdits(text: string): string {
  const edits: Edit[] = [];
  for (const [from, to] of templateArguments(text)) {
    const edit = editOf(text, from, to);
    if (!edit) continue;
    // What lies within it came before it, and goes with it.
    while (edit.by === '' && (edits.at(-1)?.from ?? -1) >= edit.from) edits.pop();
    edits.push(edit);
  }
  // A function type may begin before others that it has in its parameters.
  return edits
    .sort((a, b) => b.from - a.from)
    .reduce((all, { from, to, by }) => all.slice(0, from) + by + all.slice(to), text);
}

function editOf(text: string, from: number, to: number): Edit | undefined {
  const isAddress = text[from] === '&';
  const argument = text.slice(from, to);
  const whole = isAddress ? argument.replace(qualifiers, '') : argument;
  if (!whole.endsWith(')')) return undefined;
  const open = from + opening(whole);
  const before = text.slice(from, open);
  if (isAddress) return isName(before.slice(1)) ? undefined : { from: open, to, by: '' };
  return before.endsWith('>') ? { from: open, to: open, by: ' ' } : undefined;
}

/** Whether a bracket behind it has no parameters: `(anonymous namespace)::f` has none there, and `operator()` is a name. */
export const isName = (before: string): boolean => before === '' || /(?:::|\boperator)$/.test(before);

/** Parameters of functions without a name, as `{lambda(a, b)#1}` has them. */
const lambda = '{lambda(';

/** The same where the first of several parameters, or the only one, is written as if it were a function of all of them. */
function plainLambdas(text: string): string {
  let plain = text;
  for (let at = text.indexOf(lambda); at >= 0; at = plain.indexOf(lambda, at + 1)) {
    const from = at + lambda.length;
    const open = plain.indexOf('(', from);
    if (open < 0) break;
    // `a(a, b), b` is a, b.
    const first = plain.slice(from, open);
    if (!plain.startsWith(first, open + 1)) continue;
    const end = closing(plain, open);
    const rest = plain.slice(open + 1 + first.length, end);
    if (plain.startsWith(`${rest})#`, end + 1)) plain = plain.slice(0, from) + first + plain.slice(end + 1);
  }
  return plain;
}

/** Where the bracket ends that begins there. */
function closing(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i += 1) {
    if (text[i] === '(') depth += 1;
    else if (text[i] === ')') depth -= 1;
    if (depth === 0) return i;
  }
  return text.length;
}

/** Where the bracket begins that a text ends with. */
function opening(text: string): number {
  let depth = 0;
  for (let i = text.length - 1; i > 0; i -= 1) {
    if (text[i] === ')') depth += 1;
    else if (text[i] === '(') depth -= 1;
    if (depth === 0) return i;
  }
  return 0;
}

/** Where the arguments of templates begin and end in a text, also of those within others. */
function* templateArguments(text: string): Generator<[from: number, to: number]> {
  /** Brackets that are open, and where the argument begins that is in the last one. */
  const open: { readonly bracket: string; begin: number }[] = [];
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] ?? '';
    if (character === 'o' && text.startsWith('operator', i)) i = behindOperator(text, i);
    if ('<({['.includes(character)) open.push({ bracket: character, begin: i + 1 });
    if (!'>)}],'.includes(character)) continue;
    const last = open.at(-1);
    if (last?.bracket === '<') yield [last.begin, i];
    if (character !== ',') open.pop();
    else if (last) last.begin = i + 2;
  }
}

/** Signs that are the name of an operator, and no brackets. */
const operators = /(?<!\w)operator(?:<=>|<<=?|>>=?|->\*?|<=?|>=?|\(\)|\[\]|,)/y;

/** @returns where the last character of it is */
function behindOperator(text: string, at: number): number {
  operators.lastIndex = at;
  const [found] = operators.exec(text) ?? ['o'];
  return at + found.length - 1;
}
