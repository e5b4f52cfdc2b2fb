import { expect } from 'vitest';
import { perf } from '../run';

/** What perf prints of a file, which it must have nothing to say against. */
export function perfSaysOf(file: string, args: readonly string[]): string {
  const { status, stdout, stderr } = perf([...args, '-i', file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}
