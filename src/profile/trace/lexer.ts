/** A word of a print format: C's, as the kernel writes them. */
export type Token =
  | { readonly kind: 'number'; readonly value: bigint }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'name'; readonly value: string }
  | { readonly kind: 'sign'; readonly value: string };

/** Numbers, texts, characters, names, and signs; the longer signs first. */
const token =
  /\s*(?:(0[xX][\da-fA-F]+|\d+)[uUlL]*|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.))'|([A-Za-z_]\w*)|(->|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^~!<>()[\]{}?:,.]))/y;

const escapes: Record<string, string> = { n: '\n', t: '\t', r: '\r', '0': '\0' };

/** @returns undefined where something stands that is none of them */
export function tokensOf(text: string): Token[] | undefined {
  const tokens: Token[] = [];
  token.lastIndex = 0;
  for (let at = 0; at < text.trimEnd().length; at = token.lastIndex) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (!found) return undefined;
    const [, number, string, character, name, sign] = found;
    if (number !== undefined) tokens.push({ kind: 'number', value: BigInt(number) });
    else if (string !== undefined) tokens.push({ kind: 'text', value: unescaped(string) });
    else if (character !== undefined) {
      tokens.push({ kind: 'number', value: BigInt(unescaped(character).codePointAt(0) ?? 0) });
    } else if (name !== undefined) tokens.push({ kind: 'name', value: name });
    else tokens.push({ kind: 'sign', value: sign ?? '' });
  }
  return tokens;
}

const unescaped = (text: string): string => text.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
