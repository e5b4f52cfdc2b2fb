import { visible } from '../../base/safe-text';

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Text in XML or HTML, also between quotes. Control characters, which XML cannot have, are shown as escapes. */
export const escapedXml = (text: string): string => visible(text).replace(/[&<>"']/g, (char) => entities[char] ?? '');

/** Text in a cell of a Markdown table. */
export const escapedMarkdown = (text: string): string => visible(text).replace(/[\\`*_{}[\]<>|~#]/g, '\\$&');
