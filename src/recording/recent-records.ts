/** Keeps the newest of records that come in one after the other: so many bytes of them, and the older half only until then. */
export class RecentRecords {
  #older: Buffer[] = [];
  #newer: Buffer[] = [];
  #newerBytes = 0;

  /** @param bytes how many are kept at most */
  constructor(private readonly bytes: number) {}

  /** @param views whole records, cut anywhere; copied */
  add(views: readonly Uint8Array[]): void {
    const records = Buffer.concat(views);
    if (this.#newerBytes + records.length > this.bytes / 2) {
      this.#older = this.#newer;
      this.#newer = [];
      this.#newerBytes = 0;
    }
    this.#newer.push(records);
    this.#newerBytes += records.length;
  }

  /** The oldest first. */
  get all(): readonly Buffer[] {
    return [...this.#older, ...this.#newer];
  }
}
