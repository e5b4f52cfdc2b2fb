/** What a shell would do more with than split it into words. */
const needsShell = /[|&;<>()$`*?[\]#~=%{}\n!]/;

/**
 * A piece of a word: between single quotes, between double quotes, behind a backslash, or plain; or what separates words. That is
 * a blank, a tab or a newline: to a shell, any other space is a letter. A backslash before a newline is for a shell to read.
 */
const piece = /'([^']*)'|"([^"$`\\]*)"|\\([^\n])|([^ \t\n'"\\]+)|([ \t\n]+)/gsy;

/** What is around a command line and no part of it. */
const around = /^[ \t\n]+|[ \t\n]+$/g;

/**
 * The words of a command line, as a shell splits it, where it does nothing else: quotes and backslashes. Undefined for what a
 * shell has to run.
 */
export function shellWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let end = 0;
  const line = text.replace(around, '');
  for (const [whole, single, double, escaped, plain, space] of line.matchAll(piece)) {
    end += whole.length;
    if (needsShell.test(plain ?? '') || space?.includes('\n')) return undefined;
    if (space === undefined) word = (word ?? '') + (single ?? double ?? escaped ?? plain ?? '');
    else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  if (end < line.length) return undefined;
  return word === undefined ? words : [...words, word];
}

/**
 * Both commands of a gate, started alike: where one needs a shell, the other gets one, too, or its start would be what differs.
 * @param base a command line, or words
 */
export function startedAlike(
  base: string | readonly string[],
  other: string | readonly string[],
): { readonly base: readonly string[]; readonly new: readonly string[] } {
  const [baseWords, newWords] = [base, other].map((one) => (typeof one === 'string' ? shellWords(one) : one));
  if (baseWords && newWords) return { base: baseWords, new: newWords };
  return { base: inShell(base), new: inShell(other) };
}

const inShell = (command: string | readonly string[]): readonly string[] =>
  typeof command === 'string' ? ['/bin/sh', '-c', command] : ['/bin/sh', '-c', '"$@"', 'sh', ...command];
