import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { replaceable } from '../host/replaceable';
import { bytesOf } from '../native/foreign-library';
import { offer, outputFailed, unfinishedEnd } from './console';

/**
 * Writes a file whole or not at all; what had its name is replaced, and where a symbolic link points to is left alone. Only
 * its owner may read it: it tells what everybody does. `-` is standard output.
 * @returns how many bytes were written
 * @throws SyswideError OUTPUT_FAILED
 */
export function writeNewFile(path: string, pieces: Iterable<string | Uint8Array>): number {
  let bytes = 0;
  const write = (to: (piece: Buffer) => void) => {
    for (const piece of pieces) {
      const buffer = typeof piece === 'string' ? Buffer.from(piece) : bytesOf(piece);
      to(buffer);
      bytes += buffer.length;
    }
  };
  if (path === '-') {
    write(offer);
    return bytes;
  }
  const unfinished = path + unfinishedEnd();
  try {
    replaceable(path);
    const { O_CREAT, O_EXCL, O_WRONLY, O_NOFOLLOW } = constants;
    const fd = openSync(unfinished, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
    try {
      write((piece) => writeFileSync(fd, piece));
    } finally {
      closeSync(fd);
    }
    renameSync(unfinished, path);
    return bytes;
  } catch (error) {
    rmSync(unfinished, { force: true });
    throw outputFailed(path, error);
  }
}
