import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot } from '../run';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs an example as a program that has installed the package would: against dist/, found as `syswide`. */
async function runExample(name: string) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  rmSync(join(folder, 'node_modules/syswide'), { force: true });
  symlinkSync(root, join(folder, 'node_modules/syswide'));
  const outfile = join(folder, `${name}.cjs`);
  const entryPoints = [join(root, `examples/${name}.ts`)];
  await build({ entryPoints, outfile, bundle: true, platform: 'node', target: 'node20', external: ['syswide'] });
  return spawnSync(process.execPath, [outfile], { encoding: 'utf8', timeout: 20_000 });
}

describe('the examples', () => {
  needs(isRoot, 'root, to count whole CPUs');

  it('counting.ts counts', async () => {
    const { stdout, stderr, status } = await runExample('counting');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^armed within \d+ ns\n(cpu\d+ is \w+\n)*context-switches: \d+ \(cpu0 \d+/);
    expect(stdout).toMatch(/page-faults: \d+/);
  });

  it('sampling.ts samples, in the order of time', async () => {
    const { stdout, stderr, status } = await runExample('sampling');
    expect(stderr).toBe('');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^armed within \d+ ns\n(cpu\d+, process \d+: \d+\n){1,5}[1-9]\d* samples, 0 lost\n$/);
  });
});
