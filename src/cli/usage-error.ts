import { SyswideError } from '../base/error';

/** The error for a command line that makes no sense. */
export const usage = (what: string, why: string, remedy: string): SyswideError =>
  new SyswideError('USAGE', { what, why, remedy });
