import { closeSync, constants, existsSync, ftruncateSync, openSync, renameSync, writeSync, writevSync } from 'node:fs';
import { SyswideError } from '../base/error';
import { replaceable } from '../host/replaceable';
import { remaining } from './remaining';
import { wholeRecords } from './stretches';

/** writev(2) takes no more at once: IOV_MAX of Linux. */
const MOST_VIEWS = 1024;

/**
 * A recording's file: only its owner may read it, since it tells what everybody does. It is always a new one; an earlier
 * file is kept as `.old`, and what a symbolic link points to is left alone.
 */
export class OutputFile {
  #size = 0;

  private constructor(
    private readonly fd: number,
    private path: string,
  ) {}

  /** @throws SyswideError OUTPUT_FAILED, also where something stands that is no file: a directory, a pipe */
  static create(path: string): OutputFile {
    try {
      keepEarlier(path);
      const { O_CREAT, O_EXCL, O_RDWR, O_NOFOLLOW } = constants;
      return new OutputFile(openSync(path, O_CREAT | O_EXCL | O_RDWR | O_NOFOLLOW, 0o600), path);
    } catch (error) {
      throw outputFailed(path, error);
    }
  }

  /** Bytes up to the end of what was appended whole. */
  get size(): number {
    return this.#size;
  }

  /**
   * Adds all of it at the end, or nothing.
   * @throws SyswideError OUTPUT_FAILED: the disk is full, the file system has gone; the file then ends as it did before
   */
  append(views: readonly Uint8Array[]): void {
    this.appendOr(views, () => 0);
  }

  /**
   * Adds whole records, or as many of them as there is room for.
   * @param views bytes of them, cut anywhere
   * @param spare bytes of the room that are left for what has to follow
   * @throws SyswideError OUTPUT_FAILED, as of `append`; the file then ends behind the last one that is whole
   */
  appendRecords(views: readonly Uint8Array[], spare: number): void {
    this.appendOr(views, (written) => {
      const bytes = Buffer.concat(views).subarray(0, Math.max(0, written - spare));
      return wholeRecords(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), true).length;
    });
  }

  /** @param kept of so many bytes that were written before it failed, how many stay */
  private appendOr(views: readonly Uint8Array[], kept: (written: number) => number): void {
    const before = this.#size;
    try {
      for (let i = 0; i < views.length; i += MOST_VIEWS) this.appendSome(views.slice(i, i + MOST_VIEWS));
    } catch (error) {
      this.#size = before + kept(this.#size - before);
      this.cutOff();
      throw outputFailed(this.path, error);
    }
  }

  /** Replaces bytes that have been written, which takes no more of the disk. @throws SyswideError OUTPUT_FAILED */
  patch(at: number, bytes: Uint8Array): void {
    try {
      for (let done = 0; done < bytes.length; ) done += writeSync(this.fd, bytes, done, bytes.length - done, at + done);
    } catch (error) {
      throw outputFailed(this.path, error);
    }
  }

  /** By which it can be read for as long as it is open, wherever it has been moved to: its name where there is no /proc. */
  get openPath(): string {
    const path = `/proc/self/fd/${this.fd}`;
    return existsSync(path) ? path : this.path;
  }

  /** Gives it another name; what has that is replaced. @throws SyswideError OUTPUT_FAILED */
  rename(path: string): void {
    try {
      renameSync(this.path, path);
      this.path = path;
    } catch (error) {
      throw outputFailed(path, error);
    }
  }

  close(): void {
    closeSync(this.fd);
  }

  /** A write to a disk that fills up ends early, and says why only when it is tried again. */
  private appendSome(views: readonly Uint8Array[]): void {
    for (let left = views; left.length > 0; ) {
      const written = writevSync(this.fd, left, this.#size);
      this.#size += written;
      left = remaining(left, written);
    }
  }

  private cutOff(): void {
    try {
      ftruncateSync(this.fd, this.#size);
    } catch {
      // The header says where the data ends; what lies behind it disturbs nobody.
    }
  }
}

function keepEarlier(path: string): void {
  if (replaceable(path)) renameSync(path, `${path}.old`);
}

const outputFailed = (path: string, cause: unknown): SyswideError =>
  new SyswideError('OUTPUT_FAILED', {
    what: `cannot write ${path}`,
    why: cause instanceof Error ? cause.message : String(cause),
    remedy: 'check the path, its permissions and the space on its disk',
    cause,
  });
