import type { Cursor } from './cursor';
import type { BreakpointBody, BreakpointTarget } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { number, plusOffset, quotedOr } from './lexemes';

/** What a linker or compiler puts into a plain symbol; anything else (`ns::f`, `main.(*T).F`) has to be quoted. */
export const bareSymbol = /[A-Za-z_.$][A-Za-z0-9_.$]*/y;
/** Up to whatever could end the event; a path with one of these has to be quoted. */
export const barePath = /[^,{}:'\s]+/y;

/**
 * `mem:address[/length][:access]`, where the address is a number, `symbol[+offset]` or `symbol[+offset]@path`.
 * The cursor stands behind `mem:`.
 * @throws EventSpecError
 */
export function parseBreakpoint(cursor: Cursor): BreakpointBody {
  const targetFrom = cursor.offset;
  const [target, lengthInPath] = parseTarget(cursor);
  const targetAt = cursor.place(targetFrom);
  const length = lengthInPath ?? parseLength(cursor);
  const lengthAt = lengthInPath === undefined ? cursor.place(targetAt.to) : targetAt;
  const accessFrom = cursor.offset;
  const access = parseAccess(cursor);
  return {
    type: 'breakpoint',
    target,
    ...(length === undefined ? {} : { length }),
    ...(access === undefined ? {} : { access }),
    where: { target: targetAt, length: lengthAt, access: cursor.place(accessFrom) },
  };
}

function parseTarget(cursor: Cursor): [BreakpointTarget, length?: number] {
  const address = number(cursor);
  if (address !== undefined) return [{ at: 'address', address }];
  const symbol = quotedOr(cursor, bareSymbol);
  if (symbol === undefined || symbol === '') {
    throw cursor.unexpected('an address, such as 0x1000, or the name of a variable or function');
  }
  const offset = plusOffset(cursor);
  if (!cursor.take('@')) return [{ at: 'symbol', symbol, offset }];
  const isQuoted = cursor.next === "'";
  const path = quotedOr(cursor, barePath);
  if (path === undefined || path === '') throw cursor.unexpected('the path of an ELF file after @');
  // `./prog/4`: a last component of digits is the length, as it is behind an address.
  const [, file, digits] = (!isQuoted && /^(.+)\/([0-9]{1,3})$/.exec(path)) || [];
  if (file === undefined || digits === undefined) return [{ at: 'symbol', symbol, offset, path }];
  return [{ at: 'symbol', symbol, offset, path: file }, Number(digits)];
}

function parseLength(cursor: Cursor): number | undefined {
  if (!cursor.match(/\/(?=[0-9])/y)) return undefined;
  const from = cursor.offset;
  const length = number(cursor);
  if (length === undefined || length > 0xffffn) throw cursor.unexpected('a length in bytes', cursor.place(from));
  return Number(length);
}

/** `:rwx` in any order; `:u` is no access but a modifier, the letters have none in common. */
function parseAccess(cursor: Cursor): string | undefined {
  if (!cursor.match(/:(?=[rwx])/y)) return undefined;
  const from = cursor.offset;
  const letters = cursor.match(/[rwx]+/y)?.[0] ?? '';
  const access = [...'rwx'].filter((letter) => letters.includes(letter)).join('');
  if (access.length === letters.length) return access;
  throw new EventSpecError({
    where: cursor.place(from),
    why: 'an access letter appears twice',
    remedy: `write :${access}`,
  });
}
