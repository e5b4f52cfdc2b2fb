import { basename, dirname } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { breakpointHits, HITS } from '../breakpoint-hits';
import { needs } from '../needs';
import { counting, csvRows, eventually, isRoot, start, startSyswide, syswide } from '../run';
import { count, counts, dispose, programs } from './programs';

afterAll(dispose);

describe.each(programs)('a breakpoint by name on a program $kind', ({ path }) => {
  needs(isRoot, 'root');
  needs(breakpointHits, HITS);
  const event = `mem:counter@${path}/4:w`;

  it.each([[[]], [['-a']], [['--per-cpu']]])('counts exactly what its command writes, with %j', (options) => {
    for (let round = 0; round < 5; round++) {
      const { stderr } = syswide(['stat', '-x,', ...options, '-e', event, '--', path]);
      const values = csvRows(stderr).map((row) => Number(row.find((field) => /^\d+$/.test(field))));
      expect(values.reduce((sum, value) => sum + value, 0)).toBe(1000);
    }
  });

  it('counts with other events, in and out of groups', () => {
    const read = `mem:counter@${path}/4:rw`;
    const counted = count(['-e', `{${event},${read}},page-faults,duration_time`, '--', path]);
    expect(counted).toMatchObject({ [event]: '1000', [read]: '1000' });
    expect(Number(counted['page-faults'])).toBeGreaterThan(10);
    expect(Number(counted.duration_time)).toBeGreaterThan(100_000);
  });

  it('counts what children write too', () => {
    expect(count(['-e', event, '--', path, 'fork'])[event]).toBe('1010');
  });

  it('finds where a running process has it', async () => {
    const program = start(path, ['wait']);
    await eventually(() => program.stdout() !== '', 'it waits');
    const stat = startSyswide(['stat', '-x,', '-e', event, '-p', `${program.process.pid}`]);
    await counting(stat);
    program.process.stdin?.write('\n');
    expect(counts(await stat.ended)[event]).toBe('1000');
  });

  it('takes a relative path, an offset and one byte', () => {
    const outcome = syswide(['stat', '-x,', '-e', `mem:counter+1@./${basename(path)}/1:w`, '--', path], {
      cwd: dirname(path),
    });
    expect(outcome).toMatchObject({ status: 0 });
    expect(outcome.stderr).toMatch(/^1000,/);
  });
});

describe.each(programs)('a breakpoint by name on a program $kind, hit or not', ({ path }) => {
  needs(isRoot, 'root');

  it('keeps the exit status of the command', () => {
    expect(syswide(['stat', '-e', `mem:counter@${path}/4:w`, '--', path, 'wait'], { input: '' })).toMatchObject({
      status: 2,
    });
    expect(syswide(['stat', '-e', `mem:counter@${path}/4:w`, '--', '/no/such/command'])).toMatchObject({ status: 127 });
  });
});

describe('what cannot be watched by name', () => {
  const { path } = programs[0];

  it.each([
    [[`mem:counter@${path}`, '--', 'sh', '-c', 'true'], 'BAD_EVENT', /has not loaded that file; its program is/],
    [[`mem:counter@${path}`, '-a'], 'BAD_EVENT', /name the process with -p/],
    [[`mem:conter@${path}`, '--', path], 'BAD_EVENT', /did you mean 'counter'/],
    [[`mem:of_each_thread@${path}`, '--', path], 'BAD_EVENT', /every thread has its own/],
    [['mem:counter@/no/file', '--', path], 'BAD_EVENT', /there is no such file/],
    [['mem:counter@/etc/passwd', '--', path], 'BAD_EVENT', /it is no ELF file/],
    [['mem:counter@/dev/zero', '--', path], 'BAD_EVENT', /no regular file/],
    [['mem:no_such_symbol_of_the_kernel', '-a'], 'BAD_EVENT', /kernel has no symbol/],
  ])('%j', ([event = '', ...rest], code, text) => {
    const { status, stderr } = syswide(['stat', '-e', event, ...rest]);
    expect(status).toBe(125);
    expect(stderr).toMatch(text);
    expect(stderr).toContain(`error[${code}]`);
  });
});
