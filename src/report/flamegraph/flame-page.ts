import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { messageOf, SyswideError } from '../../base/error';
import { pack } from './packed-data';
import type { FlameModel } from './view/flame-data';

/** What a page is made of besides its data. */
interface PageParts {
  readonly script: string;
  readonly style: string;
  readonly body: string;
  /** Of script and style, as a policy names them. */
  readonly hashes: { readonly script: string; readonly style: string };
}

/** Bytes that are written as base64 at a time: a multiple of 3. */
const PIECE = 3 << 12;

/**
 * The page, in pieces: one HTML file that asks for nothing else. Its data is no script and no markup, but base64.
 * @param folder where the build has put its parts
 * @throws SyswideError INTERNAL where they are not
 */
export function flamePage(data: FlameModel, folder = builtParts()): Iterable<string> {
  const { script, style, body, hashes } = pageParts(folder);
  const packed = pack(data);
  // One piece of memory for the result, of which only what is needed is touched.
  const deflated = deflateRawSync(packed, { level: 2, chunkSize: packed.length + (1 << 16) });
  const policy = `default-src 'none'; script-src '${hashes.script}'; style-src '${hashes.style}'; worker-src blob:; base-uri 'none'; form-action 'none'`;
  const head = [
    '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">\n`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta name="color-scheme" content="light dark">\n',
    `<title>${escaped(data.meta.title)}</title>\n<style>${style}</style>\n</head>\n<body>\n${body}`,
    '<script type="application/octet-stream" id="data">',
  ].join('');
  return pieces(head, deflated, `</script>\n<script>${script}</script>\n</body>\n</html>\n`);
}

function* pieces(head: string, data: Buffer, end: string): Generator<string> {
  yield head;
  for (let at = 0; at < data.length; at += PIECE) yield data.toString('base64', at, at + PIECE);
  yield end;
}

/** For text between tags. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** Beside the bundle, or where this runs from the sources, where the bundle would be. */
function builtParts(): string {
  const own = join(__dirname, 'flamegraph');
  return existsSync(own) ? own : join(__dirname, '../../../dist/flamegraph');
}

function pageParts(folder: string): PageParts {
  try {
    const read = (name: string) => readFileSync(join(folder, name), 'utf8');
    return {
      script: read('page.js'),
      style: read('page.css'),
      body: read('page.html'),
      hashes: JSON.parse(read('hashes.json')),
    };
  } catch (error) {
    throw new SyswideError('INTERNAL', {
      what: 'cannot read the parts of the page',
      why: messageOf(error),
      remedy: 'install syswide anew',
      cause: error,
    });
  }
}
