/** True when the text holds a sign of a glob; a `!` or `^` alone is none. */
export const isGlob = (text: string): boolean => /[*?[]/.test(text);

/**
 * Whether `name` matches the glob: `*`, `?`, `[a-z]`, `[!a-z]`. An unclosed `[` stands for itself. Takes at most
 * pattern × name steps: only the last `*` is ever tried anew.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let [p, n] = [0, 0];
  let star = -1;
  let starName = 0;
  while (n < name.length) {
    const step = pattern[p] === '*' ? 0 : matchOne(pattern, p, name.charAt(n));
    if (pattern[p] === '*') {
      [star, starName] = [p, n];
      p++;
    } else if (step > 0) {
      p += step;
      n++;
    } else if (star >= 0) {
      starName++;
      [p, n] = [star + 1, starName];
    } else {
      return false;
    }
  }
  while (pattern[p] === '*') p++;
  return p === pattern.length;
}

/** How many characters of the pattern at `p` match this one character; 0 when it does not match. */
function matchOne(pattern: string, p: number, character: string): number {
  if (pattern[p] === '?') return 1;
  if (pattern[p] !== '[') return pattern[p] === character ? 1 : 0;
  const negated = pattern[p + 1] === '!';
  const from = p + (negated ? 2 : 1);
  // A ] that comes first is a member of the class.
  const to = pattern.indexOf(']', from + 1);
  if (to < 0) return character === '[' ? 1 : 0;
  return classHas(pattern.slice(from, to), character) !== negated ? to + 1 - p : 0;
}

function classHas(members: string, character: string): boolean {
  for (let i = 0; i < members.length; i++) {
    const isRange = members[i + 1] === '-' && i + 2 < members.length;
    const last = isRange ? members.charAt(i + 2) : members.charAt(i);
    if (members.charAt(i) <= character && character <= last) return true;
    if (isRange) i += 2;
  }
  return false;
}
