import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot, syswide } from '../run';

needs(isRoot, 'root, to count whole CPUs');

const schema = JSON.parse(readFileSync(new URL('../../../docs/schema/syswide.stat-1.json', import.meta.url), 'utf8'));
const valid = new Ajv2020({ allErrors: true, strict: true, strictRequired: false }).compile(schema);
const folder = mkdtempSync(join(tmpdir(), 'syswide-save-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function saved(...args: readonly string[]) {
  const file = join(folder, 'result.json');
  const { status, stderr } = syswide(['stat', '--save', file, ...args]);
  return { status, stderr, document: JSON.parse(readFileSync(file, 'utf8')) };
}

describe('what --save writes', () => {
  it.each([
    ['the whole system', ['-a', '--', 'true']],
    ['the whole system without syswide', ['-a', '--exclude-self', '-e', 'context-switches', '--', 'true']],
    ['a list of CPUs', ['-C', '0', '-e', 'cpu-clock', '--', 'true']],
    ['a command', ['--', 'true']],
    ['a command by CPU', ['--per-cpu', '-e', 'page-faults,task-clock', '--', 'true']],
    ['what is not there', ['--allow-missing', '-e', 'page-faults,cycles', '--', 'true']],
    ['a thread that sleeps', ['-t', '1', '-e', 'task-clock', '--', 'true']],
  ])('fits its schema: %s', (_, args) => {
    const { status, document, stderr } = saved(...args);
    valid(document);
    expect(valid.errors ?? []).toEqual([]);
    expect(status, stderr).toBe(0);
  });

  it('does not take the place of what is printed', () => {
    const { stderr, document } = saved('-x,', '-e', 'page-faults', '--', 'true');
    expect(stderr).toMatch(/^\d+,,page-faults,/);
    expect(Number(stderr.split(',')[0])).toBe(document.events[0].value);
    expect(document.command).toEqual(['true']);
  });

  it('is written for a command that failed too', () => {
    const { status, document } = saved('-e', 'page-faults', '--', 'sh', '-c', 'kill -9 $$');
    expect(status).toBe(137);
    expect(document.exit).toMatchObject({ signal: 9 });
  });

  it('is an error when it cannot be written', () => {
    const { status, stderr } = syswide(['stat', '--save', '/no/such/folder/x', '-e', 'page-faults', '--', 'true']);
    expect(stderr).toContain('error[OUTPUT_FAILED]: cannot write /no/such/folder/x');
    expect(stderr).toContain("no such file or directory, open '/no/such/folder/x' —");
    expect(status).toBe(125);
  });
});
