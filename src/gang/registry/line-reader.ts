import { StringDecoder } from 'node:string_decoder';

/** Cuts what arrives in pieces into lines, none longer than a bound: what comes from outside may never end. */
export class LineReader {
  #rest = '';
  readonly #decoder = new StringDecoder('utf8');

  /** @param longest characters of a line */
  constructor(private readonly longest: number) {}

  /** The lines that are complete now; `overflow` when one is longer than allowed: nothing more is to be read then. */
  add(bytes: Buffer): { readonly lines: readonly string[]; readonly overflow: boolean } {
    const lines = (this.#rest + this.#decoder.write(bytes)).split('\n');
    this.#rest = lines.pop() ?? '';
    return { lines, overflow: [this.#rest, ...lines].some((line) => line.length > this.longest) };
  }
}
