import { expect, it } from 'vitest';
import { descriptorNamed, streamOrFile } from '../../../src/cli/open-descriptor';

it.each([
  ['/dev/stdout', 1, '-'],
  ['/dev/fd/1', 1, '-'],
  ['/proc/self/fd/1', 1, '-'],
  ['/dev/stderr', 2, '/dev/stderr'],
  ['/dev/fd/37', 37, '/dev/fd/37'],
  ['/dev/fd/', undefined, '/dev/fd/'],
  ['/dev/stdout.data', undefined, '/dev/stdout.data'],
  ['-', undefined, '-'],
  ['toString', undefined, 'toString'],
])('%s names %s', (path, number, stream) => {
  expect([descriptorNamed(path), streamOrFile(path)]).toEqual([number, stream]);
});
