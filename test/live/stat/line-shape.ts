/**
 * What must be equal whatever was counted: numbers become `n`, with their decimals where the format has any, and the ids
 * of shells, too. perf 6.1 prints C's `(null)` for a metric that it does not have, and nothing else does.
 */
export const shape = (text: string): string =>
  text
    .replace(/"metric-unit" : "\(null\)"/g, '"metric-unit" : ""')
    .replace(/\bsh-\d+/g, 'sh-n')
    .replace(/\d+\.(\d+)/g, (_, decimals: string) => `n.${'n'.repeat(decimals.length)}`)
    .replace(/(?<![A-Za-z-])\d+/g, 'n')
    .replace(/[KMG]\/sec/g, '/sec');

/** The shapes of a text's lines. */
export const lineShapes = (text: string): string[] =>
  shape(text)
    .split('\n')
    .filter((line) => line !== '');

/** The different shapes, sorted: of intervals and threads there are more or less each time. */
export const kindsOfLines = (text: string): string[] => [...new Set(lineShapes(text))].sort();
