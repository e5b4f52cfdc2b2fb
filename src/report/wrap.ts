/** How lines are broken. */
export interface WrapOptions {
  readonly width: number;
  /** Put before every line; by default nothing. */
  readonly indent?: string;
  /** Put before the second line and those that follow, behind the indent; by default two spaces. */
  readonly hanging?: string;
  /** Lines at most; what does not fit is cut, and the last line ends in `…`. */
  readonly most?: number;
}

/**
 * Breaks a text at its spaces, so that no line is wider than it may be. Words that do not fit on a line stay whole, so
 * that they can be copied, except where lines are counted: then they are cut. For text without colours.
 */
export function wrap(text: string, { width, indent = '', hanging = '  ', most }: WrapOptions): string[] {
  const lines: string[] = [];
  const margin = () => (lines.length === 0 ? indent : `${indent}${hanging}`);
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && length(margin()) + length(longer) > width) {
      lines.push(`${margin()}${line}`);
      line = word;
    } else line = longer;
  }
  lines.push(`${margin()}${line}`);
  return most === undefined ? lines : cut(lines, most, width);
}

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
