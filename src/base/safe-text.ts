/**
 * Text from outside (comm names, paths, event text, error messages that quote them) made safe for a terminal and for
 * one-record-one-line output: control characters, including ESC, newline, C1 and DEL, and the bidirectional overrides
 * that reorder a line, are shown as escapes. Everything else stays as it is.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this replaces
const unsafe = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\\(?=x|u)/gu;

/** Most texts: printable ASCII without a backslash. */
const harmless = /^[ -[\]-~]*$/;

export function visible(text: string): string {
  if (harmless.test(text)) return text;
  return text.replace(unsafe, (c) => {
    const code = c.codePointAt(0) ?? 0;
    if (c === '\\') return '\\\\';
    if (c === '\n') return '\\n';
    if (c === '\t') return '\\t';
    if (c === '\r') return '\\r';
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;
  });
}

/** What JSON may hold raw in its texts, and a terminal must not be given. */
const unsafeInJson = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/gu;

/** A document whose texts are what they are to whoever parses it, and harm nobody who looks at it. */
export const jsonText = (document: unknown, indent?: number): string =>
  JSON.stringify(document, undefined, indent).replace(
    unsafeInJson,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/**
 * For the last step before a terminal, where texts should have been made visible: what is left of control characters is
 * shown as `visible` does it, and nothing else is touched.
 */
export const withoutControls = (text: string): string =>
  harmless.test(text) ? text : text.replace(unsafe, (c) => (c === '\\' ? c : visible(c)));
