import { usage } from '../usage-error';
import type { RawStatOptions } from './raw-stat-options';

/** Where all events are counted, whatever their own modifiers say; absent: as these have it. */
export type Privilege = 'user' | 'kernel' | undefined;

/** `--all-user` or `--all-kernel`. @throws SyswideError USAGE for both */
export function privilegeOf({ allUser, allKernel }: Pick<RawStatOptions, 'allUser' | 'allKernel'>): Privilege {
  if (allUser && allKernel) {
    throw usage('--all-user and --all-kernel together', 'nothing would be counted', 'choose one of them');
  }
  return allUser ? 'user' : allKernel ? 'kernel' : undefined;
}
