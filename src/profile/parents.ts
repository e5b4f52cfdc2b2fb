import { demangled } from '../symbols/demangle';
import type { CallOrder } from './call-tree';
import type { Cells } from './cells';
import { Names } from './names';
import { type Stacks, StackWord } from './stacks';

/** The value of the key `parent` for a stack that has none. */
export const NO_PARENT = -1;

/**
 * The functions that stacks have as their parent: the first whose name fits a pattern, seen from where call trees begin. Source:
 * add_callchain_ip() in tools/perf/util/machine.c, Linux 6.1.
 */
export class Parents {
  readonly #names = new Names();
  /** By stack, + 2; 0: not known yet. */
  readonly #known: Int32Array;
  /** By cell: the number of its name, if that fits; undefined: not known yet. */
  readonly #fitting: (number | undefined)[] = [];

  constructor(
    private readonly stacks: Stacks,
    private readonly cells: Cells,
    private readonly pattern: RegExp,
    private readonly order: CallOrder,
  ) {
    this.#known = new Int32Array(stacks.arrays.starts.length);
  }

  /** The number of a name, or `NO_PARENT`. */
  of(stack: number): number {
    const known = this.#known[stack] ?? 0;
    if (known > 0) return known - 2;
    const found = this.find(stack);
    this.#known[stack] = found + 2;
    return found;
  }

  nameOf(parent: number): string | undefined {
    return parent === NO_PARENT ? undefined : this.#names.textOf(parent);
  }

  private find(stack: number): number {
    const from = this.stacks.startOf(stack) + StackWord.chain;
    const depth = this.stacks.depthOf(stack);
    for (let i = 0; i < depth; i += 1) {
      const at = this.order === 'callee' ? i : depth - 1 - i;
      const found = this.fitting(this.stacks.words[from + at] ?? 0);
      if (found !== NO_PARENT) return found;
    }
    return NO_PARENT;
  }

  private fitting(cell: number): number {
    const known = this.#fitting[cell];
    if (known !== undefined) return known;
    const raw = this.cells.at(cell)?.name;
    const name = raw === undefined ? undefined : demangled(raw);
    const found = name !== undefined && this.pattern.test(name) ? this.#names.idOf(name) : NO_PARENT;
    this.#fitting[cell] = found;
    return found;
  }
}
