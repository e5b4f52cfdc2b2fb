import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { launcher } from './run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-launcher-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a command finds in its environment of certificates for Node, with the launcher run by its first line. */
function found(certificates: string | undefined): { certificates: string[]; warnings: string } {
  const { NODE_EXTRA_CA_CERTS: _, ...env } = process.env;
  const { stdout, stderr, status } = spawnSync(
    launcher,
    ['stat', '-o', '/dev/null', '-e', 'page-faults', '--', 'env'],
    {
      encoding: 'utf8',
      env: { ...env, ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }) },
    },
  );
  expect(status, stderr).toBe(0);
  const lines = stdout.split('\n').filter((line) => /^(NODE_EXTRA|SYSWIDE)_CA_CERTS=/.test(line));
  return { certificates: lines, warnings: stderr };
}

it('a command has the certificates that it was given for Node, which does not look for them here', () => {
  // It would warn of a file that is not there.
  for (const path of ['/nowhere/ca.pem', '/no where/"ca $PATH\\'])
    expect(found(path)).toEqual({ certificates: [`NODE_EXTRA_CA_CERTS=${path}`], warnings: '' });
});

it('a command has none where none were given', () => {
  expect(found(undefined)).toEqual({ certificates: [], warnings: '' });
  expect(found('')).toEqual({ certificates: ['NODE_EXTRA_CA_CERTS='], warnings: '' });
});

it.each(['stat', 'record'])(
  'a command of %s gets the bytes that it was given, also those that are no UTF-8',
  (command) => {
    const script = `exec "$0" ${command} -o "$1" -e task-clock -- printf '%s|' "$(printf 'caf\\351')" ä ''`;
    const { stdout } = spawnSync('sh', ['-c', script, launcher, join(folder, command)]);
    expect(stdout.toString('latin1')).toBe('caf\xe9|\xc3\xa4||');
  },
);

it('a package manager may start it by the program of its first line', () => {
  const { stdout } = spawnSync('/bin/sh', [launcher, '--version'], { encoding: 'utf8' });
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

it.each(['stat', 'record', 'report', 'script', 'flamegraph', 'list'])(
  'V8 takes the code that it compiled for %s, whatever flags that sets',
  (command) => {
    const load = `const script = require(${JSON.stringify(launcher)});
      process.on('exit', () => require('node:fs').writeSync(2, String(script.cachedDataRejected)));`;
    const { stderr } = spawnSync(process.execPath, ['-e', load, launcher, command, '--help'], { encoding: 'utf8' });
    expect(stderr).toBe('false');
    expect(existsSync(`${dirname(launcher)}/../dist/cli.cjs.${command}.cache`)).toBe(true);
  },
);

it.each(['--version', '-V'])('%s that cannot be written is told', (option) => {
  const { status, stderr } = spawnSync('sh', ['-c', `"$0" ${option} > /dev/full`, launcher], { encoding: 'utf8' });
  expect([status, stderr]).toEqual([1, expect.stringMatching(/^error\[OUTPUT_FAILED\]: .*ENOSPC.*\n$/)]);
});
