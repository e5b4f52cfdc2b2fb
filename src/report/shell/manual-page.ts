import type { ArgumentModel, CommandModel, OptionModel, ProgramModel } from './command-model';

/** The page of a command in the language of man(7). @param command undefined for that of syswide itself */
export function manualPage(program: ProgramModel, command?: CommandModel): string {
  const model = command ?? program;
  const title = command ? `${program.name}-${command.name}` : program.name;
  const parts = [
    `.TH "${title.toUpperCase()}" 1 "" "${program.name} ${program.version}" "${program.name} manual"`,
    '.SH NAME',
    `${escaped(title)} \\- ${escaped(lowered(model.summary))}`,
    '.SH SYNOPSIS',
    `.B ${escaped(command ? `${program.name} ${command.name}` : program.name)}`,
    escaped(model.usage),
    '.SH DESCRIPTION',
    escaped(model.description),
    ...wordParts(model.words),
    ...optionParts(model.options),
    ...(command ? [] : commandParts(program)),
    ...model.notes.flatMap(notePart),
    '.SH SEE ALSO',
    command ? `.BR ${program.name} (1)` : '.BR perf (1)',
  ];
  return `${parts.join('\n')}\n`;
}

const wordParts = (words: readonly ArgumentModel[]): string[] => [
  ...(words.length > 0 ? ['.SH ARGUMENTS'] : []),
  ...words.flatMap((word) => ['.TP', `.B ${escaped(word.name)}`, escaped(described(word))]),
];

/** With all that can stand there, and what does where nothing is given. */
function described({ description, choices, fallback }: ArgumentModel | OptionModel): string {
  const known = choices ? [choices.join(', ')] : [];
  const extra = [...known, ...(fallback === undefined ? [] : [`default: ${fallback}`])];
  return extra.length > 0 ? `${description} (${extra.join('; ')})` : description;
}

function optionParts(options: readonly OptionModel[]): string[] {
  const parts: string[] = options.length > 0 ? ['.SH OPTIONS'] : [];
  let last = '';
  for (const option of options) {
    const heading = option.heading.replace(/:$/, '');
    if (heading !== last && heading !== 'Options') parts.push(`.SS ${quoted(heading)}`);
    last = heading;
    const names = [option.short, option.long].filter((name) => name !== undefined).join(', ');
    const value = option.value === undefined ? '' : ` ${option.value}`;
    parts.push('.TP', `.B ${escaped(names + value)}`, escaped(described(option)));
  }
  return parts;
}

const commandParts = ({ name, commands }: ProgramModel): string[] => [
  '.SH COMMANDS',
  ...commands.flatMap((command) => ['.TP', `.BR ${escaped(`${name}-${command.name}`)} (1)`, escaped(command.summary)]),
];

/** Titles that paragraphs of help begin with, and what they are called in manuals. */
const titles: readonly [RegExp, string][] = [
  [/^Examples?:\n/, 'EXAMPLES'],
  [/^Exit status: /, 'EXIT STATUS'],
];

function notePart(text: string): string[] {
  const [pattern, title] = titles.find(([start]) => start.test(text)) ?? [/^/, 'NOTES'];
  return [`.SH ${title}`, '.nf', ...text.replace(pattern, '').split('\n').map(escaped), '.fi'];
}

/**
 * Lines as they are: a backslash, a hyphen, and a point or quote at their beginning mean something else, and older formatters
 * read nothing but ASCII.
 */
function escaped(text: string): string {
  const plain = text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll(/\P{ASCII}/gu, codePoint);
  return plain
    .split('\n')
    .map((line) => (/^[.']/.test(line) ? `\\&${line}` : line))
    .join('\n');
}

/** `\[u2026]`. */
const codePoint = (letter: string): string =>
  `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`;

const quoted = (text: string): string => `"${escaped(text).replaceAll('"', "'")}"`;

const lowered = (text: string): string => text.replace(/^[A-Z](?=[a-z ])/, (letter) => letter.toLowerCase());
