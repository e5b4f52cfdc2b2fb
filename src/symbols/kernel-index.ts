import type { HostFiles } from '../host/host-files';
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

/** Of functions and of data: T t W w, and B b D d, as perf takes them. */
const kinds = new Set([...'TtWwBbDd'].map((letter) => letter.charCodeAt(0)));

/** What makes a letter small, and `w`. */
const [LOWER, WEAK] = [0x20, 0x77];

const [NEWLINE, TAB, SPACE] = [0x0a, 0x09, 0x20];

/** What the name of a module begins with. */
const MODULE = '\t[';

/**
 * Reads what /proc/kallsyms lists, or a copy of it.
 * @returns undefined where there is no such file, or the kernel hides all addresses from this user
 */
export function readKernelIndex(files: HostFiles, path = '/proc/kallsyms'): KernelIndex | undefined {
  const text = files.readBytes(path);
  if (!text) return undefined;
  const [starts, sizes, names, bindings]: [number[], number[], number[], number[]] = [[], [], [], []];
  for (let at = 0; at < text.length; ) {
    const end = firstOf(text, NEWLINE, at, text.length);
    const space = firstOf(text, SPACE, at, end);
    const kind = text[space + 1] ?? 0;
    if (space > at && space + 3 <= end && kinds.has(kind)) {
      // Numbers of at most 12 digits are exact.
      const address = hexadecimal(text, Math.max(at, space - 12), space);
      if (address > 0) {
        starts.push(address);
        sizes.push(0);
        names.push(space + 3);
        bindings.push(bindingOf(kind));
      }
    }
    at = end + 1;
  }
  if (starts.length === 0) return undefined;
  const nameOf = (id: number): string => nameIn(text, names[id] ?? 0);
  const modules = modulesOf(text, names);
  const index = SymbolIndex.of({
    starts,
    sizes,
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
    startOf: (name) => starts.find((_, i) => nameOf(i) === name),
  };
}

function hexadecimal(text: Buffer, from: number, to: number): number {
  let number = 0;
  for (let i = from; i < to; i += 1) {
    const digit = text[i] ?? 0;
    number = number * 16 + (digit < 0x3a ? digit - 0x30 : (digit | 0x20) - 0x57);
  }
  return number;
}

/** The best is seen by the whole kernel (capitals), then what only its own file sees, then what others may replace (W). */
function bindingOf(kind: number): number {
  const lower = kind | LOWER;
  if (lower === WEAK) return 0;
  return kind === lower ? 1 : 2;
}

function nameIn(text: Buffer, at: number): string {
  let end = at;
  while (end < text.length && text[end] !== NEWLINE && text[end] !== TAB) end += 1;
  return text.toString('utf8', at, end);
}

/**
 * The modules of symbols, by their ids: they have the name of it behind a tab, `[ext4]`. Most files have few of them, far from
 * the first symbol.
 */
function modulesOf(text: Buffer, names: readonly number[]): (string | undefined)[] {
  const first = text.indexOf(MODULE);
  const modules = new Array<string | undefined>(first < 0 ? 0 : names.length);
  let symbol = 0;
  for (let tab = first; tab >= 0; tab = text.indexOf(MODULE, tab + 1)) {
    while ((names[symbol + 1] ?? Number.POSITIVE_INFINITY) <= tab) symbol += 1;
    const end = firstOf(text, NEWLINE, tab, text.length);
    const line = text.lastIndexOf(NEWLINE, tab);
    // The symbol of the line may be of a kind that is left out.
    if ((names[symbol] ?? -1) > line) modules[symbol] = text.toString('utf8', tab + 1, end);
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
