import type { FlameData } from '../view/flame-data';
import { type Found, fitting, foundBy, mayRunAway } from '../view/search';
import { element } from './elements';

/** An expression is tried here for so long, ms; then beside the page, which stays usable; and then it is given up. */
const [SHORTEST, LONGEST] = [500, 3000];

/** Where expressions are searched for. */
export class SearchBox {
  readonly #input = element('search', HTMLInputElement);
  #isRunning = false;
  /** Ends the search that runs beside the page. */
  #end = (): void => {};

  /** @param show given what was found; undefined where nothing is searched for, or can be */
  constructor(
    private readonly data: FlameData,
    private readonly show: (found: Found | undefined) => void,
  ) {}

  listen(): void {
    this.#input.addEventListener('input', () => this.search());
    document.addEventListener('keydown', (event) => {
      if (event.key !== '/' || event.target === this.#input) return;
      event.preventDefault();
      this.#input.focus();
    });
  }

  /** What is to be said where nothing was found: why. */
  get message(): string {
    return this.#isRunning ? 'searching…' : this.#input.validationMessage;
  }

  private search(): void {
    this.#end();
    const pattern = this.#input.value;
    if (!isExpression(pattern)) this.tell('that is no regular expression', undefined);
    else if (pattern === '') this.tell('', undefined);
    else if (mayRunAway(pattern)) this.searchBeside(pattern);
    else {
      const fits = fitting(this.data.meta.names, pattern, performance.now() + SHORTEST);
      if (fits) this.tell('', foundBy(this.data, fits));
      else this.searchBeside(pattern);
    }
  }

  /** Source: Worker, which is this page's own: `worker-src blob:` in its policy. */
  private searchBeside(pattern: string): void {
    const source = `onmessage = ({ data: [names, pattern] }) => postMessage((${fitting})(names, pattern, Infinity));`;
    const url = URL.createObjectURL(new Blob([source], { type: 'text/javascript' }));
    const worker = new Worker(url);
    const timer = setTimeout(() => {
      this.#end();
      this.tell('this expression takes too long', undefined);
    }, LONGEST);
    this.#end = () => {
      clearTimeout(timer);
      worker.terminate();
      URL.revokeObjectURL(url);
      this.#isRunning = false;
      this.#end = () => {};
    };
    worker.addEventListener('message', ({ data }: MessageEvent<Uint8Array>) => {
      this.#end();
      this.tell('', foundBy(this.data, data));
    });
    worker.addEventListener('error', () => {
      this.#end();
      this.tell('this browser cannot search for that', undefined);
    });
    worker.postMessage([this.data.meta.names, pattern]);
    this.#isRunning = true;
    // What was found before is not what this finds.
    this.tell('', undefined);
  }

  private tell(wrong: string, found: Found | undefined): void {
    this.#input.setCustomValidity(wrong);
    this.show(found);
  }
}

function isExpression(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'iu') instanceof RegExp;
  } catch {
    return false;
  }
}
