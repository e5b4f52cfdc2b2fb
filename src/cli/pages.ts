import { spawnSync } from 'node:child_process';
import { offer, standardOutput } from './console';

/** Texts are written in pieces of about this many characters. */
const PIECE = 1 << 16;

/** Long text: through the user's pager on a terminal, to standard output elsewhere. */
export class Pages {
  readonly #pager = pagerOf();
  #parts: string[] = [];
  #length = 0;

  write(text: string): void {
    this.#parts.push(text);
    this.#length += text.length;
    if (this.#pager === undefined && this.#length >= PIECE) this.flush();
  }

  /** Shows it, and waits for the pager to end. */
  end(): void {
    if (this.#pager === undefined) this.flush();
    else {
      const { error } = spawnSync('/bin/sh', ['-c', this.#pager], {
        input: this.#parts.join(''),
        stdio: ['pipe', 'inherit', 'inherit'],
        env: { LESS: 'FRX', ...process.env },
      });
      if (error) this.flush();
    }
    this.#parts = [];
  }

  private flush(): void {
    offer(this.#parts.join(''));
    this.#parts = [];
    this.#length = 0;
  }
}

/** What PAGER says, `less` by default; nothing where it is empty or `cat`, or nobody sits there. */
function pagerOf(): string | undefined {
  if (!standardOutput.isTerminal) return undefined;
  const pager = process.env.PAGER ?? 'less';
  return pager === '' || pager === 'cat' ? undefined : pager;
}
