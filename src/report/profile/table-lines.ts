import { isMetric, type ReportColumn } from './histogram-columns';
import type { ColumnStyle } from './histogram-text';

/** perf puts it where the separator stands in a text. */
const INSTEAD = '.';

/** The lines of a table of entries, and what stands above them. */
export class TableLines {
  /** Those of columns that have one of their own. */
  readonly #widths: readonly (number | undefined)[];

  constructor(
    private readonly columns: readonly ReportColumn[],
    private readonly style: ColumnStyle,
  ) {
    this.#widths = columns.map(({ field, title }, i) => {
      const width = style.widths[i] ?? 0;
      if (width === 0) return undefined;
      // What numbers are would be lost.
      return isMetric(field) ? Math.max(width, title.length) : width;
    });
  }

  get heading(): string {
    const { separator } = this.style;
    if (separator !== undefined) return `# ${this.columns.map(({ title }) => title.trim()).join(separator)}\n`;
    const titles = this.columns.map(({ title, width }, i) => this.fitted(title, this.#widths[i] ?? width, i));
    return `# ${titles.join('  ')}\n# ${titles.map((title) => '.'.repeat(title.length)).join('  ')}\n#\n`;
  }

  text(entry: number): string {
    const { separator } = this.style;
    if (separator !== undefined) {
      const texts = this.columns.map((column) => column.text(entry).trim().replaceAll(separator, INSTEAD));
      return texts.join(separator);
    }
    let [line, last] = ['', ''];
    for (let i = 0; i < this.columns.length; i += 1) {
      last = this.cell(entry, i);
      line += '  ';
      line += last;
    }
    // Only a look at the whole line would put it together, which costs more than all the rest.
    return last.endsWith(' ') || last === '' ? line.trimEnd() : line;
  }

  private cell(entry: number, i: number): string {
    const [column, width] = [this.columns[i], this.#widths[i]];
    if (!column) return '';
    if (width !== undefined) return this.fitted(column.text(entry), width, i);
    return i === this.columns.length - 1 && !column.isRight ? column.text(entry) : column.padded(entry);
  }

  private fitted(text: string, width: number, column: number): string {
    const { isRight, field } = this.columns[column] ?? {};
    if (!isRight) return text.slice(0, width).padEnd(width);
    return (field && isMetric(field) ? text.trimStart() : text).padStart(width);
  }
}
