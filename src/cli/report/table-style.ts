import type { ColumnStyle } from '../../report/profile/histogram-text';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawTableStyle {
  readonly fieldSeparator?: string;
  readonly columnWidths?: string;
}

/** perf puts it where the separator stands in a text. */
const INSTEAD = '.';

/** @throws SyswideError USAGE for what makes no sense */
export function tableStyle({ fieldSeparator, columnWidths }: RawTableStyle): ColumnStyle {
  if (fieldSeparator === '' || fieldSeparator === INSTEAD) {
    throw usage(`-t '${fieldSeparator}'`, `nothing can be told apart by that`, "write another character: -t ','");
  }
  const words = columnWidths?.split(',') ?? [];
  if (!words.every((word) => /^\d{1,4}$/.test(word))) {
    throw usage(`-w '${columnWidths}'`, 'these are no widths', 'write numbers, or 0 for one that fits: -w 0,12,30');
  }
  return { widths: words.map(Number), ...(fieldSeparator === undefined ? {} : { separator: fieldSeparator }) };
}
