import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

const folder = fileURLToPath(new URL('./expected/', import.meta.url));

/**
 * Compares an output with the one that is kept under `expected/`. `SYSWIDE_UPDATE_GOLDEN=1` keeps this one instead:
 * look at the difference with git before committing it.
 */
export function expectKept(name: string, text: string): void {
  if (process.env.SYSWIDE_UPDATE_GOLDEN === '1') {
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}${name}`, text);
  }
  expect(text).toBe(readFileSync(`${folder}${name}`, 'utf8'));
}
