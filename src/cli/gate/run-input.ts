import { closeSync, fstatSync, openSync } from 'node:fs';
import { assert } from '../../base/assert';
import { usage } from '../usage-error';

/**
 * Standard input of commands that run again and again: each has to read the same. A file is read by each from its beginning; of
 * anything else the first run would take what there is, so that nobody has any of it.
 */
export class RunInput {
  /** Keeps the file while standard input is opened again and again; absent where that is none. */
  readonly #file: number | undefined;

  /** @throws SyswideError USAGE for a file that this user cannot open anew */
  constructor() {
    this.#file = isFile(0) ? openedAnew() : undefined;
    if (this.#file === undefined) become('/dev/null');
  }

  /** Before each run. */
  rewind(): void {
    if (this.#file !== undefined) become(`/proc/self/fd/${this.#file}`);
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }
}

function openedAnew(): number {
  try {
    return openSync('/proc/self/fd/0', 'r');
  } catch (error) {
    const { code = 'it cannot be opened' } = error as NodeJS.ErrnoException;
    throw usage('standard input', `each run has to read it from its beginning: ${code}`, 'redirect it from /dev/null');
  }
}

function isFile(fd: number): boolean {
  try {
    return fstatSync(fd).isFile();
  } catch {
    // It is closed.
    return false;
  }
}

/** What is opened gets the lowest number that is free. */
function become(path: string): void {
  try {
    closeSync(0);
  } catch {
    // It was closed.
  }
  const fd = openSync(path, 'r');
  assert(fd === 0, 'standard input is the lowest number, and nothing else is opened meanwhile');
}
