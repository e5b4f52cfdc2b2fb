import type { Ratio, Series, Verdict } from './findings';
import type { Result } from './result';

/** A result as plain text for a terminal. */
export function resultTable(result: Result): string {
  const { series, ratios, verdicts, notes, disturbance } = result;
  const parts = [
    `${result.name}: ${result.title}`,
    table(['', 'what', 'median', 'min', 'max', 'n'], series.map(seriesCells)),
    ...(ratios.length > 0 ? [table(['', 'what', 'of medians', 'of pairs'], ratios.map(ratioCells))] : []),
    ...verdicts.map(verdictLine),
    ...notes.map((note) => `note: ${note}`),
    ...(disturbance.noisy
      ? [`NOISY: others used ${(disturbance.othersShare * 100).toFixed(0)} % of the machine meanwhile`]
      : []),
    ...(disturbance.cpusChanged ? ['CPUs went offline or came online meanwhile'] : []),
  ];
  return `${parts.join('\n')}\n`;
}

const seriesCells = ({ of, quantity, unit, median, min, max, samples }: Series): string[] => [
  of,
  quantity,
  ...[median, min, max].map((value) => `${number(value)}${unit && ` ${unit}`}`),
  String(samples.length),
];

const ratioCells = ({ of, to, quantity, ofMedians, medianOfPairs }: Ratio): string[] => [
  `${of} / ${to}`,
  quantity,
  `${ofMedians.toFixed(2)} ×`,
  `${medianOfPairs.toFixed(2)} ×`,
];

const verdictLine = ({ figure, value, limit, kind, met }: Verdict): string =>
  `${met ? 'met   ' : 'MISSED'}  ${figure}: ${number(value)}, ${kind} ${number(limit)}`;

/** Four significant digits, but whole numbers whole. */
const number = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 1000 ? value.toFixed(0) : String(Number(value.toPrecision(4)));

/** Text columns to the left, figures to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows];
  const widths = head.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => (column < 2 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `  ${line}`)
    .join('\n');
}
