import type { HostFiles } from '../host/host-files';
import { kallsymsTable } from '../native/kallsyms';
import { SymbolIndex } from './symbol-index';

/** The kernel's symbols by address. */
export interface KernelIndex {
  /** By the lower 48 bits of addresses: the upper ones are set in all of them. */
  readonly index: SymbolIndex;
  /** The module that a symbol is of, by its position; undefined for the kernel itself. */
  readonly moduleAt: (position: number) => string | undefined;
  /** Lower 48 bits of where a symbol is; undefined where it is not listed. */
  readonly startOf: (name: string) => number | undefined;
}

const [NEWLINE, TAB] = [0x0a, 0x09];

/** What the name of a module begins with. */
const MODULE = '\t[';

/**
 * Reads what /proc/kallsyms lists, or a copy of it.
 * @returns undefined where there is no such file, or the kernel hides all addresses from this user
 */
export function readKernelIndex(files: HostFiles, path = '/proc/kallsyms'): KernelIndex | undefined {
  const table = files.with(path, kallsymsTable);
  if (!table || table.starts.length === 0) return undefined;
  const { starts, names, bindings, texts } = table;
  const nameOf = (id: number): string => nameIn(texts, names[id] ?? 0);
  const modules = modulesOf(texts, names);
  const index = SymbolIndex.of({
    starts,
    sizes: new Float64Array(),
    isBetter: (a, b) => {
      const difference = (bindings[a] ?? 0) - (bindings[b] ?? 0);
      return difference === 0 ? isBetter(nameOf(a), nameOf(b)) : difference > 0;
    },
    nameOf,
    ...(modules.length > 0 ? { partOf: (id: number) => modules[id] } : {}),
  });
  return {
    index,
    moduleAt: (position) => modules[index.idAt(position)],
    startOf: (name) => starts.find((_, id) => nameOf(id) === name),
  };
}

function nameIn(text: Buffer, at: number): string {
  let end = at;
  while (end < text.length && text[end] !== NEWLINE && text[end] !== TAB) end += 1;
  return text.toString('utf8', at, end);
}

/** The modules of symbols, by their ids. Most kernels have few of them, far from the first symbol. */
function modulesOf(texts: Buffer, names: Uint32Array): (string | undefined)[] {
  const first = texts.indexOf(MODULE);
  const modules = new Array<string | undefined>(first < 0 ? 0 : names.length);
  let symbol = 0;
  for (let tab = first; tab >= 0; tab = texts.indexOf(MODULE, tab + 1)) {
    while ((names[symbol + 1] ?? Number.POSITIVE_INFINITY) <= tab) symbol += 1;
    modules[symbol] = texts.toString('utf8', tab + 1, firstOf(texts, NEWLINE, tab, texts.length));
  }
  return modules;
}

/** Where a byte comes first; `to` where it does not. It is never far: calling `indexOf` would take longer. */
function firstOf(text: Buffer, byte: number, from: number, to: number): number {
  let at = from;
  while (at < to && text[at] !== byte) at += 1;
  return at;
}

/** As in `readCodeIndex`, of symbols that have no size and no binding. */
function isBetter(one: string, other: string): boolean {
  const underscores = (name: string) => name.length - name.replace(/^_+/, '').length;
  return (underscores(other) - underscores(one) || one.length - other.length) >= 0;
}
