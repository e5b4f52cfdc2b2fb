/** Part of the map: times in ns since the start, rows of CPUs, both ends included. */
export interface HeatWindow {
  readonly from: number;
  readonly to: number;
  readonly firstRow: number;
  readonly lastRow: number;
}

/** What windows lie in. */
export interface HeatExtent {
  /** ns. */
  readonly duration: number;
  readonly lastRow: number;
}

/** Where an arrow points: to the right and down. */
const directions: Record<string, readonly [x: number, y: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/**
 * The window after an arrow key: moved, or with shift widened or narrowed at its end. Without a window, arrows to the sides
 * begin with the first tenth of all CPUs, the others with all of the time of the first or last CPU.
 * @returns undefined for other keys, and where there are no rows
 */
export function windowAfter(
  key: string,
  shift: boolean,
  now: HeatWindow | undefined,
  extent: HeatExtent,
): HeatWindow | undefined {
  const direction = directions[key];
  const { duration, lastRow } = extent;
  if (!direction || lastRow < 0) return undefined;
  const [x, y] = direction;
  const start = now ?? { from: 0, to: y === 0 ? Math.round(duration / 10) : duration, firstRow: 0, lastRow };
  if (y === 0) return { ...start, ...timeAfter(x * Math.round(duration / 20), shift, start, duration) };
  return { ...start, ...rowsAfter(y, shift, start, lastRow) };
}

/** At the ends of the recording it stays as wide as it was. */
function timeAfter(step: number, shift: boolean, { from, to }: HeatWindow, duration: number) {
  if (shift) return { to: between(from, to + step, duration) };
  const by = between(-from, step, duration - to);
  return { from: from + by, to: to + by };
}

/** From all of them, it goes to the first or to the last one. */
function rowsAfter(step: number, shift: boolean, { firstRow, lastRow }: HeatWindow, last: number) {
  if (shift) return { lastRow: between(firstRow, lastRow + step, last) };
  const from = lastRow - firstRow < last ? firstRow : step > 0 ? -1 : last + 1;
  const row = between(0, from + step, last);
  return { firstRow: row, lastRow: row };
}

const between = (least: number, number: number, most: number): number => Math.max(least, Math.min(most, number));
