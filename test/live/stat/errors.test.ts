import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const script = join(folder, 'not-executable');
writeFileSync(script, '#!/bin/sh\n');
const foreign = join(folder, 'no-interpreter');
writeFileSync(foreign, '#!/no/such/shell\n', { mode: 0o755 });

describe('what stat cannot do is one line with a code, and an exit status that tells', () => {
  it.each([
    [['-C', '7777', '--', 'true'], 125, 'NO_SUCH_CPU', /this machine has CPU/],
    [['-C', '0-', '--', 'true'], 125, 'BAD_CPU_LIST', /0-/],
    [['-e', 'nosuch', '--', 'true'], 125, 'BAD_EVENT', /nosuch/],
    [['-e', 'context-swiches', '--', 'true'], 125, 'BAD_EVENT', /context-switches/],
    [['-e', 'nosuch:event', '--', 'true'], 125, 'BAD_EVENT', /nosuch:event/],
    [['--', 'no-such-command'], 127, 'COMMAND_NOT_FOUND', /PATH/],
    [['-a', '--', 'no-such-command'], 127, 'COMMAND_NOT_FOUND', /PATH/],
    [['--', foreign], 127, 'COMMAND_NOT_FOUND', /first line/],
    [['--', join(folder, 'nothing')], 127, 'COMMAND_NOT_FOUND', /check the path/],
    [['--', script], 126, 'COMMAND_NOT_STARTED', /chmod/],
    [['--', folder], 126, 'COMMAND_NOT_STARTED', /./],
    [['-p', '4194304'], 125, 'NO_SUCH_PROCESS', /pgrep/],
    [['-t', '4194304'], 125, 'NO_SUCH_PROCESS', /./],
    [['-p', 'x'], 125, 'USAGE', /-p 4711/],
    [['-p', '1', '-C', '0'], 125, 'USAGE', /choose one/],
    [['-A', '--', 'true'], 125, 'USAGE', /-a/],
    [['-x,', '-j', '--', 'true'], 125, 'USAGE', /choose one/],
    [['--append', '--', 'true'], 125, 'USAGE', /-o FILE/],
    [['--nonsense'], 125, 'USAGE', /--help/],
    [['-o', join(folder, 'no', 'such', 'folder'), '--', 'true'], 125, 'OUTPUT_FAILED', /ENOENT/],
    [['-o', '/dev/full', '--', 'true'], 125, 'OUTPUT_FAILED', /ENOSPC/],
  ])('stat %j', (args, status, code, text) => {
    const outcome = syswide(['stat', ...args]);
    // Below an error in an event text stands the text, with carets.
    const place = args[0] === '-e' ? '  [^\\n]+\\n +\\^+\\n' : '';
    expect(outcome.stderr).toMatch(new RegExp(`^error\\[${code}\\]: [^\\n]+ — [^\\n]+ — [^\\n]+\\n${place}$`));
    expect(outcome.stderr).toMatch(text);
    expect(outcome.stdout).toBe('');
    expect(outcome.status).toBe(status);
  });

  it('other commands fail with 1 or 2', () => {
    expect(syswide([]).status).toBe(2);
    expect(syswide(['no-such-command']).status).toBe(2);
    expect(syswide(['--help']).status).toBe(0);
    expect(syswide(['stat', '--help']).status).toBe(0);
  });

  it('an output file that cannot be written stops everything before the command runs', () => {
    const witness = join(folder, 'witness');
    syswide(['stat', '-o', folder, '--', 'touch', witness]);
    expect(() => rmSync(witness)).toThrow(/ENOENT/);
  });
});

it('a descriptor that nobody has opened for it is refused before the command runs, though syswide uses it itself', () => {
  // Node's own come first: its poll, its pipes.
  for (const fd of [3, 4, 5, 6, 7, 11, 12, 15, 16, 99]) {
    const { status, stdout, stderr } = syswide(['stat', '--log-fd', `${fd}`, '--', 'echo', 'ran']);
    expect([fd, status, stdout, stderr]).toEqual([fd, 125, '', expect.stringMatching(/^error\[OUTPUT_FAILED\]/)]);
  }
  for (const control of ['3', '4', '6', '8', '99', '0,5']) {
    const { status, stderr } = syswide(['stat', '--control', `fd:${control}`, '--', 'true']);
    expect([control, status, stderr]).toEqual([control, 125, expect.stringMatching(/^error\[USAGE\]/)]);
  }
});

describe('the exit status is the command’s', () => {
  it('of several runs, that of the first that failed, though the time of another one was up', () => {
    const calls = join(folder, 'calls');
    const script = `echo >>${calls}; test $(wc -l <${calls}) -ne 1 || exit 3; exec sleep 60`;
    const args = ['-r', '2', '--timeout', '1000', '-x,', '-e', 'page-faults'];
    expect(syswide(['stat', ...args, '--', 'sh', '-c', script]).status).toBe(3);
    expect(syswide(['stat', ...args, '--', 'sleep', '60']).status).toBe(0);
  });

  it.each([
    ['exit 0', 0],
    ['exit 3', 3],
    ['exit 125', 125],
    ['kill -9 $$', 137],
    ['kill -15 $$', 143],
  ])('%s', (text, status) => {
    const outcome = syswide(['stat', '-x,', '-e', 'page-faults', '--', 'sh', '-c', text]);
    expect(outcome.status).toBe(status);
    expect(outcome.stderr).toMatch(/^\d+,,page-faults,\d+,100.00,,\n$/);
  });
});
