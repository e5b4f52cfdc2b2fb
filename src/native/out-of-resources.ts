import { SyswideError } from '../base/error';
import type { KernelError } from './kernel-error';

/**
 * For a user, if it is something that may run out at any call. Elsewhere a refusal is explained by whoever knows what was
 * attempted.
 */
export function outOfResources(error: KernelError): SyswideError | undefined {
  const why = `the kernel has none left (${error.errnoName})`;
  switch (error.errnoName) {
    case 'EMFILE':
    case 'ENFILE':
      return new SyswideError('TOO_MANY_FILES', {
        what: 'cannot get another file descriptor',
        why,
        remedy: 'raise the limit with `ulimit -n`',
        cause: error,
      });
    case 'ENOMEM':
      return new SyswideError('NO_MEMORY', { what: 'cannot get memory', why, remedy: 'free some', cause: error });
    default:
      return undefined;
  }
}
