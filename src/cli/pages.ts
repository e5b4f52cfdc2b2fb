import { spawnSync } from 'node:child_process';
import { TextBuffer } from '../report/text-buffer';
import { offer, standardOutput } from './console';

/** Long text: through the user's pager on a terminal, to standard output elsewhere. */
export class Pages {
  readonly #pager = pagerOf();
  readonly #pieces: Buffer[] = [];
  readonly text = new TextBuffer((bytes) => {
    if (this.#pager === undefined) offer(bytes);
    else this.#pieces.push(Buffer.from(bytes));
  });

  /** Shows what is left, and waits for the pager to end. */
  end(): void {
    this.text.flush();
    if (this.#pager === undefined) return;
    const input = Buffer.concat(this.#pieces);
    const { error } = spawnSync('/bin/sh', ['-c', this.#pager], {
      input,
      stdio: ['pipe', 'inherit', 'inherit'],
      env: { LESS: 'FRX', ...process.env },
    });
    if (error) offer(input);
  }
}

/** What PAGER says, `less` by default; nothing where it is empty or `cat`, or nobody sits there. */
function pagerOf(): string | undefined {
  if (!standardOutput.isTerminal) return undefined;
  const pager = process.env.PAGER ?? 'less';
  return pager === '' || pager === 'cat' ? undefined : pager;
}
