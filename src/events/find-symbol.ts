import { SyswideError } from '../base/error';
import { EventSpecError } from './event-spec-error';
import type { Place } from './place';
import type { ResolveContext } from './resolve-context';
import { nearest } from './suggestions';
import type { FileSymbol, FileSymbols, SymbolLookup } from './symbol-lookup';

/** @throws EventSpecError when there is no such symbol, or nobody may know */
export function kernelSymbol(symbol: string, where: Place, context: ResolveContext): bigint {
  const symbols = lookup(where, context);
  const address = ask(where, () => symbols.kernelAddress(symbol));
  if (address !== undefined) return address;
  throw new EventSpecError({
    where,
    why: `the kernel has no symbol '${symbol}'`,
    remedy: 'look for it in /proc/kallsyms; for a symbol of a program write its file behind @',
    suggestions: nearest(symbol, symbols.kernelNames()),
  });
}

/** @throws EventSpecError when the file cannot be read or has no such symbol */
export function fileSymbol(
  path: string,
  symbol: string,
  where: { readonly path?: Place; readonly target: Place },
  context: ResolveContext,
): { readonly symbol: FileSymbol; readonly file: FileSymbols } {
  const file = symbolFile(path, where.path ?? where.target, context);
  const found = ask(where.target, () => file.find(symbol));
  if (found) return { symbol: found, file };
  throw new EventSpecError({
    where: where.target,
    why: `${path} has no symbol '${symbol}'`,
    remedy: 'look for it with nm or nm -D; a stripped file has few',
    suggestions: nearest(symbol, file.names()),
  });
}

/** @throws EventSpecError when the file cannot be read */
export function symbolFile(path: string, where: Place, context: ResolveContext): FileSymbols {
  const symbols = lookup(where, context);
  return ask(where, () => symbols.file(path));
}

function lookup(where: Place, { symbols }: ResolveContext): SymbolLookup {
  if (symbols) return symbols;
  throw new EventSpecError({
    code: 'NOT_SUPPORTED',
    where,
    why: 'symbols cannot be looked up here',
    remedy: 'write the address as a number',
  });
}

/** Runs a look-up; what it refuses is told at the place of the text that asked for it. */
function ask<T>(where: Place, question: () => T): T {
  try {
    return question();
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    const { why, remedy } = error;
    const code = error.code === 'NO_PERMISSION' || error.code === 'NOT_SUPPORTED' ? error.code : 'BAD_EVENT';
    throw new EventSpecError({ code, where, why: `${error.what}: ${why}`, remedy, cause: error });
  }
}
