/**
 * Keeps the newest of records that come in one after the other: so many bytes of them, and the older half only until then.
 * All of its memory is taken at the beginning, so that what runs for days needs no more than in its first minute.
 */
export class RecentRecords {
  readonly #halves: readonly [Half, Half];
  /** Which one is being filled. */
  #newer: 0 | 1 = 0;

  /** @param bytes how many are kept at most */
  constructor(bytes: number) {
    this.#halves = [new Half(bytes >> 1), new Half(bytes >> 1)];
  }

  /** @param views whole records, cut anywhere, of no more than half of the bytes; copied */
  add(views: readonly Uint8Array[]): void {
    if (!this.#halves[this.#newer].hasRoom(views)) {
      this.#newer = this.#newer === 0 ? 1 : 0;
      this.#halves[this.#newer].clear();
    }
    this.#halves[this.#newer].add(views);
  }

  /** The oldest first; valid until the next ones come. */
  get all(): readonly Buffer[] {
    return [this.#halves[this.#newer === 0 ? 1 : 0].content, this.#halves[this.#newer].content];
  }
}

/** Records one behind the other. */
class Half {
  readonly #bytes: Buffer;
  #used = 0;

  constructor(size: number) {
    // Memory that has only zeros in it need not be there yet.
    this.#bytes = Buffer.alloc(size, 1);
  }

  hasRoom(views: readonly Uint8Array[]): boolean {
    return this.#used + lengthOf(views) <= this.#bytes.length;
  }

  clear(): void {
    this.#used = 0;
  }

  /** What there is no room for even so is left out. */
  add(views: readonly Uint8Array[]): void {
    if (!this.hasRoom(views)) return;
    for (const view of views) {
      this.#bytes.set(view, this.#used);
      this.#used += view.length;
    }
  }

  get content(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }
}

const lengthOf = (views: readonly Uint8Array[]): number => views.reduce((sum, { length }) => sum + length, 0);
