/** A stretch of a process's memory that a file, or something by that name, is in. Bytes; addresses below 2^53. */
export interface MappedRange {
  readonly start: number;
  readonly end: number;
  /** Where `start` lies in the file. */
  readonly offset: number;
  /** Number of its name. */
  readonly dso: number;
}

/** What a process has in its memory, the newest of what overlaps. A child begins with what its parent had by then. */
export class Memory {
  readonly #ranges: MappedRange[] = [];

  /**
   * @param id by which it is told apart from others
   * @param parent whose first `inherited` ranges it begins with
   */
  constructor(
    readonly id: number,
    private readonly parent?: Memory,
    private readonly inherited = parent?.count ?? 0,
  ) {}

  get count(): number {
    return this.#ranges.length;
  }

  add(range: MappedRange): void {
    this.#ranges.push(range);
  }

  /** Whether something else is there already. */
  overlaps({ start, end, offset, dso }: MappedRange): boolean {
    return this.#ranges.some(
      (range) =>
        start < range.end && range.start < end && !(range.dso === dso && range.offset - range.start === offset - start),
    );
  }

  find(address: number): MappedRange | undefined {
    return this.findAmong(address, this.#ranges.length);
  }

  private findAmong(address: number, count: number): MappedRange | undefined {
    for (let i = count - 1; i >= 0; i -= 1) {
      const range = this.#ranges[i];
      if (range && address >= range.start && address < range.end) return range;
    }
    return this.parent?.findAmong(address, this.inherited);
  }
}
