import { nearest } from '../suggestions';

/**
 * The names nearest to a word that selects nothing, at most three. A tracepoint is found by the part behind the colon
 * too, and by the whole of a name that was written with a glob's signs.
 */
export function nearNames(word: string, names: readonly string[]): string[] {
  const typed = word.replace(/[*?]/g, '');
  const whole = new Map<string, string>();
  for (const name of names) {
    const part = name.slice(name.indexOf(':') + 1);
    if (!whole.has(part)) whole.set(part, name);
  }
  const byPart = nearest(typed, whole.keys()).map((part) => whole.get(part) ?? part);
  const found = typed.includes(':') ? nearest(typed, names) : byPart;
  return [...new Set(found)];
}
