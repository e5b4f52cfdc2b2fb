import { SyswideError } from '../../base/error';
import { SymbolType } from './layout';
import type { ElfSymbol } from './symbol-table';

/** How many of several symbols of one name an error lists. */
const MOST_LISTED = 5;

/**
 * The one that a name means: what every file of the program sees rather than what one of them keeps to itself, and
 * functions and variables rather than bare labels.
 * @throws SyswideError BAD_EVENT when it could be several, or has no single address
 */
export function chooseSymbol(name: string, path: string, found: readonly ElfSymbol[]): ElfSymbol | undefined {
  const ranks = [
    (symbol: ElfSymbol) => !symbol.isLocal && symbol.type !== SymbolType.none,
    (symbol: ElfSymbol) => !symbol.isLocal,
    (symbol: ElfSymbol) => symbol.type !== SymbolType.none,
    () => true,
  ];
  const best = ranks.map((rank) => found.filter(rank)).find((symbols) => symbols.length > 0) ?? [];
  const [first] = best;
  if (first?.type === SymbolType.threadLocal) throw threadLocal(name, path);
  if (new Set(best.map(({ address }) => address)).size > 1) throw ambiguous(name, path, best);
  return first;
}

const threadLocal = (name: string, path: string): SyswideError =>
  new SyswideError('BAD_EVENT', {
    what: `cannot watch ${name} of ${path}`,
    why: 'every thread has its own, at an address of its own',
    remedy: 'write the address of one thread as a number, mem:0x…',
  });

function ambiguous(name: string, path: string, candidates: readonly ElfSymbol[]): SyswideError {
  const listed = candidates.slice(0, MOST_LISTED).map(({ address, source }) => {
    return `0x${address.toString(16)}${source === undefined ? '' : ` of ${source}`}`;
  });
  const rest = candidates.length > MOST_LISTED ? ` and ${candidates.length - MOST_LISTED} more` : '';
  return new SyswideError('BAD_EVENT', {
    what: `${path} has more than one ${name}`,
    why: `they are at ${listed.join(', ')}${rest}`,
    remedy: 'name a symbol next to the one you mean, with +offset behind it',
  });
}
