import { fstatSync } from 'node:fs';
import type { Fd } from '../../../../src/base/units';
import { FakeKernel } from '../../../fake/fake-kernel';

interface Holder {
  readonly fd: number;
  readonly exclusive: boolean;
}

/** A fake kernel with flock(2) over real files: a lock belongs to an inode, and is gone once its fd is closed. */
export class LockingKernel extends FakeKernel {
  readonly #holders = new Map<string, Holder[]>();

  override tryLock(file?: Fd, mode?: 'exclusive' | 'shared'): boolean {
    if (file === undefined) throw new Error('a file is locked');
    const inode = inodeOf(file);
    const exclusive = mode === 'exclusive';
    const others = (this.#holders.get(inode) ?? []).filter(({ fd }) => fd !== file && inodeOf(fd) === inode);
    if (others.some((other) => exclusive || other.exclusive)) return false;
    this.#holders.set(inode, [...others, { fd: file, exclusive }]);
    return true;
  }

  override unlock(file?: Fd): void {
    if (file === undefined) return;
    const inode = inodeOf(file);
    this.#holders.set(
      inode,
      (this.#holders.get(inode) ?? []).filter(({ fd }) => fd !== file),
    );
  }
}

/** Empty for an fd that is closed. */
function inodeOf(file: number): string {
  try {
    const { dev, ino } = fstatSync(file);
    return `${dev}/${ino}`;
  } catch {
    return '';
  }
}
