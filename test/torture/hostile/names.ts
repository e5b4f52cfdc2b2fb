/** What a name may hold that a terminal, a table or a format would take for something else. */
const hostileParts = {
  colour: '\u001b[31m',
  title: '\u001b]0;owned\u0007',
  link: '\u001b]8;;http://evil\u001b\\',
  clipboard: '\u001b]52;c;ZXZpbA==\u0007',
  newline: '\nforged line\r\n',
  bell: '\u0007\u0001\u0008\u007f',
  c1: '\u009b31m\u0085\u009d0;x\u009c',
  bidi: '\u202eevil\u2066\u2067\u2068\u2069\u200e\u200f\u061c\u2028\u2029',
  markup: '</script><img src=x>&amp;]]>"\'',
  separators: ',;\t|`=$(id)%s',
} as const;

/** Where a name has bytes that are no UTF-8: a text cannot hold them. */
const PLACEHOLDER = 'QQQQ';
const INVALID = Buffer.from([0xff, 0xfe, 0xc3, 0x28]);

/** All of them in one name. */
export const hostileName = `a${Object.values(hostileParts).join('')}${PLACEHOLDER}z`;

/** What was made of such names, with the bytes that are no UTF-8 in their place. */
export function withInvalidBytes(made: Buffer): Buffer {
  const bytes = Buffer.from(made);
  for (let at = bytes.indexOf(PLACEHOLDER); at >= 0; at = bytes.indexOf(PLACEHOLDER, at)) INVALID.copy(bytes, at);
  return bytes;
}

/** What no line may contain, whatever it tells of. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not be there
const harmful = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/u;

/** The first raw control byte, or other sign that reorders a line, with what stands around it; undefined where all is well. */
export function harmIn(text: string): string | undefined {
  const found = harmful.exec(text);
  return found ? JSON.stringify(text.slice(Math.max(0, found.index - 40), found.index + 40)) : undefined;
}
