/** Copies records, of which there are millions, without making anything for each. */
export class RecordCopier {
  #source: DataView | undefined;
  #target: DataView | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array = new Int32Array(0);

  /** Copies so many bytes of a view to another, given where they begin in each. */
  copy(source: DataView, begin: number, target: DataView, at: number, length: number): void {
    const [start, end] = [source.byteOffset + begin, target.byteOffset + at];
    if (((start | end | length) & 3) !== 0) {
      const bytes = new Uint8Array(source.buffer, start, length);
      new Uint8Array(target.buffer, end, length).set(bytes);
      return;
    }
    if (this.#source !== source) this.#from = new Int32Array(source.buffer, 0, source.buffer.byteLength >> 2);
    if (this.#target !== target) this.#to = new Int32Array(target.buffer, 0, target.buffer.byteLength >> 2);
    [this.#source, this.#target] = [source, target];
    const [from, to, shift] = [this.#from, this.#to, (end - start) >> 2];
    for (let word = start >> 2; word < (start + length) >> 2; word += 1) to[word + shift] = from[word] ?? 0;
  }
}
