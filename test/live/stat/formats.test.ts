import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { csvRows, hasPerf, isRoot, perf, syswide } from '../run';
import { shape } from './line-shape';

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const options = [
  ['-a'],
  ['-a', '-A'],
  ['-C', '0'],
  ['-C', '0', '-A'],
  [],
  ['-a', '-e', 'context-switches'],
  ['-a', '-e', 'cpu-clock:u,page-faults:k,dummy'],
  ['-e', 'raw_syscalls:sys_enter,cpu-clock,task-clock'],
  ['-e', '{page-faults,task-clock}'],
];

describe('a table of a whole machine', () => {
  needs(isRoot, 'root, to count on CPUs');
  it('tells what syswide adds to it', () => {
    const { stderr } = syswide(['stat', '-a', '-e', 'context-switches', '--', 'sleep', '0.1']);
    expect(stderr).toMatch(/^ syswide's own share: context-switches \d+ \(/m);
  });
});

describe('machine-readable output is perf’s, field for field', () => {
  needs(isRoot && hasPerf, 'root and perf');
  it.each(options.flatMap((option) => [['-x,'], ['-x;'], ['-j']].map((format) => [[...format, ...option]])))(
    'stat %j',
    (args) => {
      const command = ['stat', ...args, '--', 'sh', '-c', 'true; true'];
      expect(shape(syswide(command).stderr)).toBe(shape(perf(command).stderr));
    },
  );

  it('in a file, after perf’s line about the start', () => {
    const [ours, theirs] = [join(folder, 'ours'), join(folder, 'theirs')];
    for (const more of [[], ['--append']]) {
      syswide(['stat', '-x,', '-o', ours, ...more, '--', 'true']);
      perf(['stat', '-x,', '-o', theirs, ...more, '--', 'true']);
    }
    const undated = (path: string) =>
      shape(readFileSync(path, 'utf8')).replace(/started on \w{3} \w{3}/g, 'started on');
    expect(undated(ours)).toBe(undated(theirs));
  });
});

it('`-` is standard output, and no file', () => {
  const { stdout, stderr } = syswide(['stat', '-x,', '-e', 'page-faults', '-o', '-', '--', 'true']);
  expect({ rows: stdout.match(/^[0-9]+,,page-faults,/gm)?.length, stderr }).toEqual({ rows: 1, stderr: '' });
  expect(existsSync('-')).toBe(false);
});

describe('the table', () => {
  it('has no escape sequences in a pipe', () => {
    const { stderr } = syswide(['stat', '-e', 'task-clock', '--', 'true'], { env: { FORCE_COLOR: '1' } });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the very thing that must not be there
    expect(stderr).not.toMatch(/\x1b/);
    expect(stderr).toMatch(/seconds time elapsed\n/);
  });

  it('shows text from outside escaped', () => {
    const { stderr } = syswide(['stat', '-e', 'task-clock', '--', 'sh', '-c', 'true', 'a\x1b[31m\nb']);
    expect(stderr).toContain(String.raw`sh -c true a\x1b[31m\nb`);
  });

  it('fits 80 columns', () => {
    const { stderr } = syswide(['stat', '--', 'true']);
    for (const line of stderr.split('\n')) expect(line.length, line).toBeLessThanOrEqual(80);
  });

  it('keeps the command’s own output apart', () => {
    const { stdout, stderr } = syswide(['stat', '-x,', '-e', 'task-clock', '--', 'sh', '-c', 'echo out; echo err >&2']);
    expect(stdout).toBe('out\n');
    expect(csvRows(stderr)[0]).toEqual(['err']);
  });
});
