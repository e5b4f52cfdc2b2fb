/** How lines are broken. */
export interface WrapOptions {
  readonly width: number;
  /** Put before every line. */
  readonly indent: string;
  /** Lines at most; what does not fit is cut, and the last line ends in `…`. */
  readonly most?: number;
}

/** Spaces that continue a line, beyond its indent. */
const HANGING = '  ';

/**
 * Breaks a text at its spaces, so that no line is wider than it may be; the second line and those that follow are
 * indented further. Words that do not fit on a line stay whole, except where lines are counted: then they are cut.
 */
export function wrap(text: string, { width, indent, most }: WrapOptions): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && length(indentOf(lines, indent)) + length(longer) > width) {
      lines.push(`${indentOf(lines, indent)}${line}`);
      line = word;
    } else line = longer;
  }
  lines.push(`${indentOf(lines, indent)}${line}`);
  return most === undefined ? lines : cut(lines, most, width);
}

const indentOf = (before: readonly string[], indent: string): string =>
  before.length === 0 ? indent : `${indent}${HANGING}`;

function cut(lines: readonly string[], most: number, width: number): string[] {
  const kept = lines.slice(0, most);
  return kept.map((line, i) => {
    const isCut = i === most - 1 && lines.length > most;
    return isCut || length(line) > width
      ? `${[...line]
          .slice(0, width - 1)
          .join('')
          .trimEnd()}…`
      : line;
  });
}

const length = (text: string): number => [...text].length;
