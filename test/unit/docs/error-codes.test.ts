import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../../src/base/error';

const page = readFileSync(new URL('../../../docs/exit-codes.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/^\| `([A-Z][A-Z_]+)` *\| ([^|]*[^| ]) *\|$/gm)].map(([, code, meaning]) => [
  code,
  meaning,
]);

describe('docs/exit-codes.md', () => {
  it('lists every error code once, and no other', () => {
    expect(rows.map(([code]) => code).sort()).toEqual(Object.keys(errorCodes).sort());
  });

  it('says what the code says of each', () => {
    expect(Object.fromEntries(rows)).toEqual(errorCodes);
  });
});
