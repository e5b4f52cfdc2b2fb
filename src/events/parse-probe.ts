import type { Cursor } from './cursor';
import type { ProbeBody, ProbeTarget, ProbeType } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { number, plusOffset, quotedOr } from './lexemes';
import { barePath, bareSymbol } from './parse-breakpoint';

/**
 * `uprobe:path:symbol[+offset]`, `kprobe:symbol[+offset]`; a number instead of the symbol is an offset into the file
 * or a kernel address. The cursor stands behind the first colon.
 * @throws EventSpecError
 */
export function parseProbe(cursor: Cursor, probe: ProbeType): ProbeBody {
  const pathFrom = cursor.offset;
  const path = probe.startsWith('u') ? parsePath(cursor) : undefined;
  const from = cursor.offset;
  const target = parseTarget(cursor);
  const returns = probe === 'uretprobe' || probe === 'kretprobe';
  if (returns && target.at === 'symbol' && target.offset !== 0n) {
    throw new EventSpecError({
      where: cursor.place(from),
      why: 'a function returns as a whole, so a return probe takes no offset',
      remedy: `write the function alone, or use ${probe.replace('ret', '')}`,
    });
  }
  const where = { path: { source: cursor.source, from: pathFrom, to: from }, target: cursor.place(from) };
  return { type: 'probe', probe, ...(path === undefined ? {} : { path }), target, where };
}

function parsePath(cursor: Cursor): string {
  const path = quotedOr(cursor, barePath);
  if (path === undefined || path === '') throw cursor.unexpected('the path of an ELF file');
  if (!cursor.take(':')) throw cursor.unexpected("':' and a function of that file");
  return path;
}

function parseTarget(cursor: Cursor): ProbeTarget {
  const address = number(cursor);
  if (address !== undefined) return { at: 'address', address };
  const symbol = quotedOr(cursor, bareSymbol);
  if (symbol === undefined || symbol === '') throw cursor.unexpected('the name of a function');
  return { at: 'symbol', symbol, offset: plusOffset(cursor) };
}
