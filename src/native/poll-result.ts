import { constants } from 'node:os';
import type { Fd } from '../base/units';
import { KernelError } from './kernel-error';

/** Bits of `revents`. Source: poll(2), include/uapi/asm-generic/poll.h. */
const POLLERR = 0x008;
const POLLHUP = 0x010;
const POLLNVAL = 0x020;

/**
 * The fds for which poll(2) reported anything.
 * @throws KernelError EBADF when one of them is not open
 */
export function readyOf(fds: readonly Fd[], revents: readonly number[]): Fd[] {
  const closed = revents.findIndex((events) => (events & POLLNVAL) !== 0);
  if (closed >= 0) throw new KernelError('poll', constants.errno.EBADF, closed);
  return fds.filter((_, i) => revents[i] !== 0);
}

/** Those of them for which it said that nothing will come after what is there now. */
export function hungUpOf(fds: readonly Fd[], revents: readonly number[]): Fd[] {
  readyOf(fds, revents);
  return fds.filter((_, i) => ((revents[i] ?? 0) & (POLLHUP | POLLERR)) !== 0);
}
