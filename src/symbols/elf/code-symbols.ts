import type { ElfCode } from '../../native/elf-symbols';
import { demangled } from '../demangle';
import { SymbolIndex } from '../symbol-index';
import { SymbolBinding, SymbolType } from './layout';
import type { PltEntry } from './plt';
import type { SymbolTable } from './symbol-table';

/** Functions and labels of a program: those of its symbol table, and behind them its stubs. */
export class CodeSymbols {
  readonly #starts: Float64Array;
  readonly #sizes: Float64Array;
  readonly #shown = new Map<number, string>();

  constructor(
    private readonly table: SymbolTable | undefined,
    private readonly code: ElfCode,
    private readonly stubs: readonly PltEntry[] = [],
  ) {
    this.#starts = withMore(
      code.starts,
      stubs.map(({ start }) => start),
    );
    this.#sizes = withMore(
      code.sizes,
      stubs.map(({ size }) => size),
    );
  }

  get index(): SymbolIndex {
    return SymbolIndex.of({
      starts: this.#starts,
      sizes: this.#sizes,
      isBetter: (a, b) => this.isBetter(a, b),
      nameOf: (id) => this.nameOf(id),
    });
  }

  /** Where the first symbol of that name begins. */
  startOf(name: string): number | undefined {
    return this.#starts.find((_, id) => this.nameOf(id) === name);
  }

  private nameOf(id: number): string {
    const at = this.code.names[id];
    if (at !== undefined) return this.table?.nameAt(at) ?? '';
    return this.stubs[id - this.code.names.length]?.name ?? '';
  }

  /** choose_best_symbol(): one that is not weak, seen by everybody, with fewer underscores before it, longer. */
  private isBetter(a: number, b: number): boolean {
    const [one, other] = [this.code.infos[a] ?? STUB_INFO, this.code.infos[b] ?? STUB_INFO];
    const binding = (info: number) => info >> 4;
    const plain = [
      Number(binding(other) === SymbolBinding.weak) - Number(binding(one) === SymbolBinding.weak),
      Number(binding(one) === SymbolBinding.global) - Number(binding(other) === SymbolBinding.global),
    ].find((difference) => difference !== 0);
    if (plain !== undefined) return plain > 0;
    const mangled = [this.nameOf(a), this.nameOf(b)] as const;
    if (areTwins(...mangled)) return true;
    // As perf compares them: as they are shown.
    const [name, otherName] = [this.shown(a, mangled[0]), this.shown(b, mangled[1])];
    const underscores = (text: string) => text.length - text.replace(/^_+/, '').length;
    const difference = underscores(otherName) - underscores(name) || name.length - otherName.length;
    return difference >= 0;
  }

  /** The last few are asked for again: what is better is compared with the next. */
  private shown(id: number, name: string): string {
    const known = this.#shown.get(id) ?? demangled(name);
    if (this.#shown.size >= 2) this.#shown.clear();
    this.#shown.set(id, known);
    return known;
  }
}

/** Stubs are as good as functions that everybody sees. */
const STUB_INFO = (SymbolBinding.global << 4) | SymbolType.function;

function withMore(numbers: Float64Array, more: readonly number[]): Float64Array {
  if (more.length === 0) return numbers;
  const all = new Float64Array(numbers.length + more.length);
  all.set(numbers);
  all.set(more, numbers.length);
  return all;
}

/** Constructors, and destructors, of a whole object and of a part of another one: shown alike. */
const twins = /[CD][0-5](?=E)/g;

const areTwins = (one: string, other: string): boolean =>
  one.length === other.length && one.replace(twins, '') === other.replace(twins, '');
