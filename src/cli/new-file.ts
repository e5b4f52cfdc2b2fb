import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { replaceable } from '../host/replaceable';
import { offer, outputFailed, unfinishedEnd } from './console';

/**
 * Writes a file whole or not at all; what had its name is replaced, and where a symbolic link points to is left alone. Only
 * its owner may read it: it tells what everybody does. `-` is standard output.
 * @throws SyswideError OUTPUT_FAILED
 */
export function writeNewFile(path: string, content: string | Uint8Array): void {
  if (path === '-') {
    offer(typeof content === 'string' ? content : Buffer.from(content));
    return;
  }
  const unfinished = path + unfinishedEnd();
  try {
    replaceable(path);
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
    const fd = openSync(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    try {
      writeFileSync(fd, content);
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw outputFailed(path, error);
  }
}
