import { visible } from '../../base/safe-text';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** What `visible` leaves and XML cannot have: one of them, and nobody reads the file. Source: XML 1.0, 2.2, Char. */
const noCharacters = /[\ufffe\uffff]/g;

/** Text in XML or HTML, also between quotes. Control characters, which XML cannot have, are shown as escapes. */
export const escapedXml = (text: string): string =>
  visible(text)
    .replace(noCharacters, (char) => `\\u${char.charCodeAt(0).toString(16)}`)
    .replace(/[&<>"']/g, (char) => entities[char] ?? '');

/** Text in a cell of a Markdown table. */
export const escapedMarkdown = (text: string): string => visible(text).replace(/[\\`*_{}[\]<>|~#]/g, '\\$&');
