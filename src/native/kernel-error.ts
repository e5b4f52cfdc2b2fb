import { constants } from 'node:os';

/** EWOULDBLOCK is EAGAIN by another name, which manual pages do not use for threads. */
const names = new Map<number, string>(
  Object.entries(constants.errno).flatMap(([name, number]) => (name === 'EWOULDBLOCK' ? [] : [[number, name]])),
);

/** `ENOSPC` for 28; `errno 4095` for one without a name. Source: errno(3). */
const errnoName = (errno: number): string => names.get(errno) ?? `errno ${errno}`;

/**
 * The kernel refused a call. Not for users: the room that knows what was attempted turns it into a `SyswideError`
 * with cause and remedy.
 */
export class KernelError extends Error {
  override readonly name = 'KernelError';
  readonly errnoName: string;

  constructor(
    /** The call, by the name of its manual page or ioctl. */
    readonly call: string,
    readonly errno: number,
    /** Which one of a batch was refused. */
    readonly index?: number,
  ) {
    super(`${call}${index === undefined ? '' : ` of member ${index}`}: ${errnoName(errno)}`);
    this.errnoName = errnoName(errno);
  }
}

/** What a function of the shim returned. @throws KernelError where that is an error */
export function checked(call: string, returned: number): number {
  if (returned < 0) throw new KernelError(call, -returned);
  return returned;
}
