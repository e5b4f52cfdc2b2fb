import { scratch } from './foreign-library';
import { checked } from './kernel-error';
import { sharedShim } from './shim';

/** Bytes that nobody can guess, at most 256: loading `node:crypto` for a few takes longer than reading a small recording. */
export function secret(bytes: number): Buffer {
  const made = scratch(bytes);
  checked('sw_random', sharedShim().sw_random(made, bytes));
  return made;
}
