/** Numbers of a page. */
const PAGE_BITS = 12;
const PAGE = 1 << PAGE_BITS;
const MASK = PAGE - 1;

/** Arrays of numbers, and what makes them. */
type Page = Float64Array | Int32Array | Uint8Array;
type Kind = new (length: number) => Page;

/**
 * Numbers that come one by one, of which there may be millions in a file that is little longer. Unlike a `Column` it is not
 * copied to grow: what is held is what has come.
 */
export class PagedColumn {
  readonly #pages: Page[] = [];
  #length = 0;

  constructor(private readonly kind: Kind) {}

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    const i = this.#length;
    if ((i & MASK) === 0) this.#pages.push(new this.kind(PAGE));
    this.#length = i + 1;
    this.set(i, number);
  }

  /** 0 for one that has not come. */
  at(index: number): number {
    return this.#pages[index >> PAGE_BITS]?.[index & MASK] ?? 0;
  }

  /** Of one that has come. */
  set(index: number, number: number): void {
    const page = this.#pages[index >> PAGE_BITS];
    if (page) page[index & MASK] = number;
  }
}
