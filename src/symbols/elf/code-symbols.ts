import { demangled } from '../demangle';
import { SymbolIndex } from '../symbol-index';
import { SymbolBinding } from './layout';
import type { SymbolTable } from './symbol-table';

/** Functions and labels side by side, until all are there: those of one symbol table, and others. */
export class CodeSymbols {
  readonly #starts: number[] = [];
  readonly #sizes: number[] = [];
  readonly #infos: number[] = [];
  /** A name, or where it is in the table. */
  readonly #names: (string | number)[] = [];
  readonly #shown = new Map<number, string>();

  constructor(private readonly table?: SymbolTable) {}

  /**
   * @param start bytes, below 2^53
   * @param size bytes
   * @param info its `st_info`
   * @param name itself, or where it is in the table
   */
  add(start: number, size: number, info: number, name: string | number): void {
    this.#starts.push(start);
    this.#sizes.push(size);
    this.#infos.push(info);
    this.#names.push(name);
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
    const name = this.#names[id] ?? '';
    return typeof name === 'string' ? name : (this.table?.nameAt(name) ?? '');
  }

  /** choose_best_symbol(): one that is not weak, seen by everybody, with fewer underscores before it, longer. */
  private isBetter(a: number, b: number): boolean {
    const [one, other] = [this.#infos[a] ?? 0, this.#infos[b] ?? 0];
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

/** Constructors, and destructors, of a whole object and of a part of another one: shown alike. */
const twins = /[CD][0-5](?=E)/g;

const areTwins = (one: string, other: string): boolean =>
  one.length === other.length && one.replace(twins, '') === other.replace(twins, '');
