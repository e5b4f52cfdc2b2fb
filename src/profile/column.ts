/** A kind of typed array. */
interface Kind<T> {
  new (length: number): T;
}

/** Numbers that come one by one, in a typed array that grows with them. */
export class Column<T extends Float64Array | Int32Array> {
  #numbers: T;
  #length = 0;

  /** @param memory for the first of them: zeroed */
  constructor(
    private readonly kind: Kind<T>,
    memory: T,
  ) {
    this.#numbers = memory;
  }

  get length(): number {
    return this.#length;
  }

  push(number: number): void {
    if (this.#length === this.#numbers.length) this.grow(this.#length + 1);
    this.#numbers[this.#length] = number;
    this.#length += 1;
  }

  /** Makes room for so many more, which are 0 until they are written. @returns all: those that are new stand at the end */
  extend(count: number): T {
    const length = this.#length + count;
    if (length > this.#numbers.length) this.grow(length);
    this.#length = length;
    return this.#numbers;
  }

  /** Adds so many more, copied. */
  append(numbers: ArrayLike<number>): void {
    const from = this.#length;
    this.extend(numbers.length).set(numbers, from);
  }

  /** What has come so far: a view, valid until more comes. */
  get numbers(): T {
    return this.#numbers.subarray(0, this.#length) as T;
  }

  private grow(least: number): void {
    const larger = new this.kind(Math.max(least, this.#numbers.length * 2));
    larger.set(this.#numbers);
    this.#numbers = larger;
  }
}
