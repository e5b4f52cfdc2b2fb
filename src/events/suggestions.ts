/** A name this long is nobody's typo. */
const LONGEST = 64;
const MOST = 3;
/** Fewer letters are the beginning of too many names. */
const SHORTEST_BEGINNING = 3;

/**
 * The known names nearest to `typed`, nearest first, at most three: equal but for case, few edits away, or going on
 * where it ends. Time is bounded by the number of names; each costs at most a few thousand steps.
 */
export function nearest(typed: string, known: Iterable<string>): string[] {
  if (typed.length === 0 || typed.length > LONGEST) return [];
  const wanted = typed.toLowerCase();
  const allowed = Math.max(1, Math.floor(wanted.length / 3));
  const found: { name: string; distance: number }[] = [];
  for (const name of new Set(known)) {
    const distance = name === typed ? Number.POSITIVE_INFINITY : distanceTo(name.toLowerCase(), wanted, allowed);
    if (distance <= allowed) found.push({ name, distance });
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1));
  return found.slice(0, MOST).map(({ name }) => name);
}

function distanceTo(name: string, wanted: string, allowed: number): number {
  if (wanted.length >= SHORTEST_BEGINNING && name.startsWith(wanted) && name !== wanted) return allowed;
  return Math.abs(name.length - wanted.length) > allowed ? allowed + 1 : editDistance(wanted, name, allowed);
}

/** `did you mean a, b or c?`, without the question mark, so that it fits into a sentence. */
export function didYouMean(names: readonly string[]): string {
  const quoted = names.map((name) => `'${name}'`);
  const last = quoted.pop() ?? '';
  return `did you mean ${quoted.length > 0 ? `${quoted.join(', ')} or ` : ''}${last}?`;
}

/**
 * Insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`; anything above `limit` once it
 * is clear that there are more (optimal string alignment, row by row).
 */
export function editDistance(a: string, b: string, limit: number): number {
  let before: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = nextRow(a, b, i, previous, before);
    if (Math.min(...row) > limit) return limit + 1;
    [before, previous] = [previous, row];
  }
  return previous[b.length] ?? 0;
}

function nextRow(a: string, b: string, i: number, previous: readonly number[], before: readonly number[]): number[] {
  const row = [i];
  for (let j = 1; j <= b.length; j++) {
    const same = a[i - 1] === b[j - 1] ? 0 : 1;
    let cost = Math.min((row[j - 1] ?? 0) + 1, (previous[j] ?? 0) + 1, (previous[j - 1] ?? 0) + same);
    if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
      cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
    row.push(cost);
  }
  return row;
}
