/** An option, as its help shows it. */
export interface OptionModel {
  /** `-e`; absent for one that has none. */
  readonly short?: string;
  /** `--event`. */
  readonly long?: string;
  /** What stands behind it: `<event>`, `[=file]`; absent for one that takes nothing. */
  readonly value?: string;
  readonly description: string;
  /** Of the options that it is one of. */
  readonly heading: string;
  /** All that can stand behind it; absent where that is open. */
  readonly choices?: readonly string[];
  /** Some of what can stand behind it, where commas may join several. */
  readonly offered?: readonly string[];
  /** What it is where it is not given. */
  readonly fallback?: string;
}

/** A word of a command that is no option, as its help shows it. */
export interface ArgumentModel {
  readonly name: string;
  readonly description: string;
  /** All that it can be; absent where that is open. */
  readonly choices?: readonly string[];
  /** Some of what it can be. */
  readonly offered?: readonly string[];
  /** The word that has to be among those before it for that; absent where it is always so. */
  readonly behind?: string;
  /** What it is where it is not given. */
  readonly fallback?: string;
  /** Whether all words from there on are such. */
  readonly isRepeated: boolean;
}

/** A command, as its help shows it. */
export interface CommandModel {
  readonly name: string;
  /** In a few words. */
  readonly summary: string;
  readonly description: string;
  /** Behind its name: `[options] [command...]`. */
  readonly usage: string;
  readonly words: readonly ArgumentModel[];
  readonly options: readonly OptionModel[];
  /** Paragraphs that stand below the options. */
  readonly notes: readonly string[];
}

/** The whole command line. */
export interface ProgramModel extends CommandModel {
  readonly version: string;
  readonly commands: readonly CommandModel[];
}

/** What can stand behind an option, or a command. */
export type ValueKind = 'event' | 'file' | 'gang' | 'none' | 'open';

/** As far as the name of the value tells. */
export function valueKind({ value }: OptionModel): ValueKind {
  if (value === undefined) return 'none';
  if (/event/.test(value)) return 'event';
  return /file|path|folder|dir|prefix/.test(value) ? 'file' : 'open';
}

/** What a word of a command can be, as far as its name tells. */
export function wordKind({ name }: ArgumentModel): ValueKind {
  if (name === 'globs') return 'event';
  if (name === 'id') return 'gang';
  return /^(?:command|handlers|recordings|old|new)$/.test(name) ? 'file' : 'open';
}

/** How an option may be written. */
export const spellings = ({ short, long }: OptionModel): string[] =>
  [short, long].filter((spelling) => spelling !== undefined);

/** What is in the way of one line, and of quotes, is left out of descriptions. */
export const plainWords = (text: string): string => text.replaceAll(/['"`\\[\]$]/g, '').replaceAll(/\s+/g, ' ');
