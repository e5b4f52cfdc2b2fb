import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { loadShim } from '../../../src/native/shim';

const here = (path: string) => new URL(`../../../${path}`, import.meta.url);

function refusalOf(path: string): SyswideError {
  try {
    loadShim(path);
  } catch (error) {
    if (error instanceof SyswideError) return error;
    throw error;
  }
  throw new Error('it was loaded');
}

test('a shim that is not there is a SHIM error that says how to build it', () => {
  const error = refusalOf('/there/is/no/libsyswide.so');
  expect(error.code).toBe('SHIM');
  expect(error.message).toContain('/there/is/no/libsyswide.so');
  expect(error.remedy).toContain('npm run build');
});

test('a file that is no library is a SHIM error with the words of the dynamic linker', () => {
  const error = refusalOf(here('native-shim/src/shim.h').pathname);
  expect(error.code).toBe('SHIM');
  expect(error.why).toContain('invalid ELF header');
  expect(error.remedy).toContain('npm rebuild');
});

test('every function of shim.h is bound with as many arguments', () => {
  const header = readFileSync(here('native-shim/src/shim.h'), 'utf8');
  const source = readFileSync(here('src/native/shim.ts'), 'utf8');
  const declared = [...header.matchAll(/^SW_EXPORT int32_t (\w+)\(([^)]*)\)/gm)].map(([, name, parameters = '']) => {
    const types = parameters === 'void' ? [] : parameters.split(',').map(argType);
    return `${name}: [${types.map((type) => `'${type}'`).join(', ')}]`;
  });
  expect(declared.length).toBeGreaterThan(20);
  const bound = [...source.matchAll(/^ {2}(sw_\w+): \[([^\]]*)\],$/gm)].map(([, name, types = '']) => {
    return `${name}: [${(types.match(/'\w+'/g) ?? []).join(', ')}]`;
  });
  expect(bound).toEqual(declared);
});

function argType(parameter: string): string {
  if (parameter.includes('*')) return 'pointer';
  return parameter.includes('uint32_t') ? 'uint32' : 'int32';
}
