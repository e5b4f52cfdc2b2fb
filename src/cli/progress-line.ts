import { standardError } from './console';

/** Work that is done sooner needs no line, in ms; and how often the line is drawn anew. */
const [FIRST_MS, INTERVAL_MS] = [1000, 200];

/** A line on a terminal's standard error that shows how far long work has come; nothing elsewhere. */
export class ProgressLine {
  #next = performance.now() + FIRST_MS;
  #drawn = false;

  /** @param what is being done: `reading` */
  constructor(private readonly what: string) {}

  /**
   * @param done from 0 to 1
   * @param text what is shown instead of percents
   */
  show(done: number, text = `${Math.floor(done * 100)} %`): void {
    const now = performance.now();
    if (now < this.#next || !standardError.isTerminal) return;
    this.#next = now + INTERVAL_MS;
    this.#drawn = true;
    standardError.write(`\r\u001B[K${this.what} … ${text}`);
  }

  /** Takes it away. */
  close(): void {
    if (this.#drawn) standardError.write('\r\u001B[K');
    this.#drawn = false;
  }
}
