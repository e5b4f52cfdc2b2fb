import { describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { csvRows, hasPerf, isRoot, perf, syswide } from '../run';
import { count } from './programs';

describe('tracepoints', () => {
  needs(isRoot, 'root');

  it('a glob counts each that perf knows, sorted', () => {
    const rows = csvRows(syswide(['stat', '-x,', '-a', '-e', 'sched:*', '--', 'true']).stderr);
    const names = rows.map(([, , name]) => name ?? '');
    expect(names.length).toBeGreaterThan(10);
    expect(names).toEqual([...names].sort());
    if (!hasPerf) return;
    const known = [...perf(['list', 'sched:*']).stdout.matchAll(/^ +(sched:\S+)/gm)].map(([, name]) => name);
    expect(names).toEqual(known.sort());
    expect(names).toContain('sched:sched_switch');
  });

  it('a filter leaves the others out', () => {
    const args = ['-a', '-e', 'sched:sched_switch', '--', 'sh', '-c', 'for i in 1 2 3 4 5; do sleep 0.02; done'];
    const [, ...rest] = args;
    const all = Number(count(args)['sched:sched_switch']);
    const own = ['--filter', 'prev_comm == "sleep"'];
    const ofSleep = Number(count(['-a', ...rest.slice(0, 2), ...own, ...rest.slice(2)])['sched:sched_switch']);
    expect(ofSleep).toBeGreaterThan(0);
    expect(ofSleep).toBeLessThan(all);
    const none = ['--filter', 'prev_pid == 0', '--filter', 'prev_pid == 1'];
    expect(count(['-a', ...rest.slice(0, 2), ...none, ...rest.slice(2)])).toEqual({ 'sched:sched_switch': '0' });
  });

  it.runIf(process.arch === 'x64')('a filter by system call counts exactly', () => {
    const event = 'raw_syscalls:sys_enter';
    const writes = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=100', 'status=none'];
    expect(count(['-e', event, '--filter', 'id == 1', '--', ...writes])[event]).toBe('100');
  });

  it('a filter is for the -e before it only', () => {
    const events = ['-e', 'sched:sched_switch', '-e', 'sched:sched_wakeup', '--filter', 'pid == -1'];
    const counted = count(['-a', ...events, '--', 'sleep', '0.1']);
    expect(counted['sched:sched_wakeup']).toBe('0');
    expect(Number(counted['sched:sched_switch'])).toBeGreaterThan(0);
  });

  it.each([
    [['-e', 'sched:sched_switch', '--filter', 'prev_pidd == 1'], 'BAD_EVENT', /did you mean 'prev_pid'/, '^^^^^^^^^'],
    [['-e', 'sched:sched_switch', '--filter', 'prev_pid = 1'], 'BAD_EVENT', /operator/, '^'],
    [['-e', 'sched:sched_switch', '--filter', 'prev_comm == 1'], 'BAD_EVENT', /is text/, '^'],
    [['-e', 'page-faults', '--filter', 'id == 1'], 'BAD_EVENT', /only tracepoints take a filter/, '^^^^^^^^^^^'],
    [['--filter', 'id == 1', '-e', 'raw_syscalls:sys_enter'], 'USAGE', /no -e before it/, ''],
    [['-e', 'sched:sched_swich'], 'BAD_EVENT', /did you mean 'sched:sched_switch'/, '^^^^^^^^^^^'],
    [['-e', 'sced:sched_switch'], 'BAD_EVENT', /did you mean 'sched:sched_switch'/, '^^^^'],
    [['-e', 'nosuch:*'], 'BAD_EVENT', /no tracepoint matches/, '^^^^^^^^'],
  ])('%j is an error that says what would be right', (args, code, text, carets) => {
    const { status, stderr } = syswide(['stat', '-a', ...args, '--', 'true']);
    expect(status).toBe(125);
    expect(stderr).toContain(`error[${code}]`);
    expect(stderr).toMatch(text);
    expect(stderr).toContain(carets);
  });
});
