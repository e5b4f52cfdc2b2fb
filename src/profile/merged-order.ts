/**
 * Puts positions of times in order, merging the stretches in which they ascend already: records of a CPU lie together, so that
 * there are few. Those of equal times stay as they are.
 */
export class MergedOrder {
  #positions = new Int32Array(1 << 10);
  #scratch = new Int32Array(1 << 10);
  /** Where stretches begin, and where the last one ends. */
  #starts: number[] = [];

  /**
   * @param times of which the first `count` are looked at
   * @returns positions of those that are not above the limit; valid until the next call
   */
  upTo(times: Float64Array, count: number, limit: number): Int32Array {
    if (this.#positions.length < count) {
      this.#positions = new Int32Array(count * 2);
      this.#scratch = new Int32Array(count * 2);
    }
    const due = this.stretches(times, count, limit);
    while (this.#starts.length > 2) this.mergePairs(times);
    return this.#positions.subarray(0, due);
  }

  /** Takes the positions, and finds the stretches. @returns how many there are */
  private stretches(times: Float64Array, count: number, limit: number): number {
    const positions = this.#positions;
    this.#starts = [0];
    let due = 0;
    let last = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < count; i += 1) {
      const time = times[i] ?? 0;
      if (time > limit) continue;
      if (time < last) this.#starts.push(due);
      positions[due] = i;
      due += 1;
      last = time;
    }
    this.#starts.push(due);
    return due;
  }

  /** Merges the first with the second, the third with the fourth, and so on. */
  private mergePairs(times: Float64Array): void {
    const starts = [0];
    const old = this.#starts;
    const end = old.at(-1) ?? 0;
    for (let i = 0; i + 1 < old.length; i += 2) {
      const [from, middle, to] = [old[i] ?? 0, old[i + 1] ?? end, old[i + 2] ?? end];
      merge(times, this.#positions, this.#scratch, from, middle, to);
      starts.push(to);
    }
    [this.#positions, this.#scratch] = [this.#scratch, this.#positions];
    this.#starts = starts;
  }
}

/** Merges two stretches that lie side by side. */
function merge(
  times: Float64Array,
  from: Int32Array,
  to: Int32Array,
  start: number,
  middle: number,
  end: number,
): void {
  let [one, other] = [start, middle];
  for (let at = start; at < end; at += 1) {
    const takesOne = other >= end || (one < middle && (times[from[one] ?? 0] ?? 0) <= (times[from[other] ?? 0] ?? 0));
    to[at] = from[takesOne ? one : other] ?? 0;
    if (takesOne) one += 1;
    else other += 1;
  }
}
