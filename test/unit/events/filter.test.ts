import { afterAll, describe, expect, it } from 'vitest';
import { EventSpecError } from '../../../src/events/event-spec-error';
import { parseEvents } from '../../../src/events/parse';
import { attachFilter, combineFilters, parseFilter } from '../../../src/events/tracepoint-filter';
import { describeEvents } from './describe-events';
import { fakeMachine } from './fake-machine';

const server = fakeMachine('server');
afterAll(() => server.close());

/** The filter that `sched:sched_switch` ends up with, or the error. */
const onSwitch = (...filters: string[]) => describeEvents('sched:sched_switch', server, filters);
const onEnter = (filter: string) => describeEvents('raw_syscalls:sys_enter', server, [filter]);
const accepted = (filter: string) => `tracepoint 2:0x174 -G filter=${filter}`;

describe('filters the kernel takes', () => {
  it.each([
    'prev_pid==1',
    'prev_pid == 1',
    'prev_pid!=0&&next_pid!=0',
    ' prev_pid > 1 || next_pid <= 0x10 ',
    '(prev_pid == 1)',
    '((prev_pid == 1) || !(next_pid == 2 && prev_state == 0))',
    '!prev_pid == 1',
    '!!(prev_pid == 1)',
    'prev_pid < 1 && prev_pid >= -5 && prev_state & 3',
    'prev_comm == "bash"',
    "prev_comm ~ 'ba*'",
    'prev_comm != "a && (b"',
    'prev_comm == ""',
    'common_pid != 7 && common_flags & 1',
    'CPU == 1 || cpu & CPUS{0-3,5} || CPU != 2',
    'COMM ~ "sys*" && comm != "x"',
    'prev_pid == 010',
    'prev_pid == -1',
    'prev_pid == CPUS{0}',
    'prev_comm.ustring == "x"',
    'prev_state.function == vfs_read',
    '(prev_state.function == vfs_read )',
    '(prev_state.function != 0xffffffff81000000)',
  ])('%s', (filter) => expect(onSwitch(filter)).toBe(accepted(filter)));

  it.each([
    'id == 0',
    'path == "/etc/passwd"',
    'name ~ "*x"',
    'mask & CPUS{1-2}',
    'mask == CPUS{1}',
    'ip == 0xffffffff81000000',
    'ip.function == vfs_read || id == 1',
    'flag & 0x80',
  ])('%s', (filter) => expect(onEnter(filter)).toBe(`tracepoint 2:0x15 -G filter=${filter}`));
});

describe('filters the kernel would refuse with EINVAL', () => {
  it.each([
    ['', 'BAD_EVENT@0 a field is missing'],
    ['   ', 'BAD_EVENT@3 a field is missing'],
    ['prev_pid', 'BAD_EVENT@8 an operator is missing'],
    ['prev_pid ==', 'BAD_EVENT@11 a value is missing'],
    ['prev_pid = 1', 'BAD_EVENT@9 an operator is missing'],
    ['prev_pid === 1', 'BAD_EVENT@11 a value is missing'],
    ['prev_pid && next_pid', 'BAD_EVENT@9 an operator is missing'],
    ['== 1', 'BAD_EVENT@0 a field is missing'],
    ['prev_pid == 1 &&', 'BAD_EVENT@16 a field is missing'],
    ['prev_pid == 1 & next_pid == 2', "BAD_EVENT@14 '&&' or '||' is missing"],
    ['prev_pid == 1 next_pid == 2', "BAD_EVENT@14 '&&' or '||' is missing"],
    ['(prev_pid == 1', "BAD_EVENT@0 '(' is never closed"],
    ['prev_pid == 1)', "BAD_EVENT@13 ')' closes nothing"],
    ['()', 'BAD_EVENT@1 a field is missing'],
    ['prev_pid == 1a', "BAD_EVENT@12 '1a' is no number"],
    ['prev_pid == 09', "BAD_EVENT@12 '09' is no number"],
    ['prev_pid == bash', "BAD_EVENT@12 'bash' is no number"],
    ['prev_pid == 99999999999999999999', 'BAD_EVENT@12 the number is wider than 64 bits'],
    ['prev_comm == bash', "BAD_EVENT@13 'bash' is no number"],
    ['prev_comm == 1', "BAD_EVENT@13 'prev_comm' is text: compare it with a quoted text"],
    ['prev_comm == "bash', 'BAD_EVENT@13 the quote is never closed'],
    ['prev_comm < "bash"', "BAD_EVENT@10 '<' does not work on a text"],
    ['prev_pid == "1"', "BAD_EVENT@12 'prev_pid' is a number: compare it with a number"],
    ['prev_pid ~ 1', "BAD_EVENT@9 '~' does not work on a number"],
    ['pid == 1', "BAD_EVENT@0 sched:sched_switch has no field 'pid'"],
    ['prev_pod == 1', "BAD_EVENT@0 sched:sched_switch has no field 'prev_pod' ~ prev_pid"],
    ['prev_pid == 1 && nxt_pid == 2', "BAD_EVENT@17 sched:sched_switch has no field 'nxt_pid' ~ next_pid"],
    ['CPU & CPUS{}', 'BAD_EVENT@6 at character 1, a CPU number is expected, but the list ends'],
    ['CPU & CPUS{0-', "BAD_EVENT@6 'CPUS' is no number"],
    ['CPU < CPUS{0}', "BAD_EVENT@4 '<' does not work on a set of CPUs"],
    ['prev_comm & CPUS{0}', "BAD_EVENT@12 'prev_comm' is text: compare it with a quoted text"],
    ['common_flags == -1', "BAD_EVENT@16 'common_flags' is unsigned"],
    ['prev_pid.function == vfs_read', "BAD_EVENT@0 'prev_pid' is too narrow to be an address"],
    ['prev_state.function == CPUS{0}', "BAD_EVENT@23 'CPUS{0}' is no function"],
    ['(prev_state.function == vfs_read)', "BAD_EVENT@24 'vfs_read)' is no function"],
    ['prev_state.function ==', 'BAD_EVENT@22 a function is missing'],
    [`prev_comm == "${'x'.repeat(256)}"`, 'BAD_EVENT@13 the kernel compares at most 255 characters'],
    ['constructor == 1', "BAD_EVENT@0 sched:sched_switch has no field 'constructor'"],
  ])('%s', (filter, error) => expect(onSwitch(filter)).toBe(error));

  it('names an array, which compares to nothing', () => {
    expect(onEnter('args == 1')).toBe("BAD_EVENT@8 'args' is an array, which the kernel cannot compare");
  });

  it('refuses what is longer than a page', () => {
    const long = Array.from({ length: 300 }, () => 'prev_pid == 1').join(' && ');
    expect(onSwitch(long)).toMatch(/^BAD_EVENT@0 the kernel takes at most 4095 bytes/);
  });

  it('takes linear time on deep parentheses', () => {
    const depth = 20_000;
    expect(() => parseFilter(`${'('.repeat(depth)}a == 1${')'.repeat(depth)}`)).not.toThrow();
  });
});

describe('attachFilter', () => {
  it('narrows the filter that is there, as perf joins them', () => {
    expect(onSwitch('prev_pid == 1', 'next_pid == 2')).toBe(accepted('(prev_pid == 1) && (next_pid == 2)'));
    expect(combineFilters(['a == 1', 'b == 2', 'c == 3'])).toBe('((a == 1) && (b == 2)) && (c == 3)');
  });

  it('applies to every event of the text, in groups too', () => {
    const filter = 'common_pid == 1';
    expect(describeEvents('{sched:sched_wak*},raw_syscalls:sys_exit', server, [filter]).split(' | ')).toEqual([
      `[sched:sched_wakeup] tracepoint 2:0x176 -G leader=0 filter=${filter}`,
      `[sched:sched_waking] tracepoint 2:0x177 -G leader=0 filter=${filter}`,
      `[raw_syscalls:sys_exit] tracepoint 2:0x14 -G filter=${filter}`,
    ]);
  });

  it('points at an event that is no tracepoint', () => {
    expect(() => attachFilter(parseEvents('sched:sched_switch,cs'), 'prev_pid == 1')).toThrowError(
      /event 'sched:sched_switch,cs', column 20 — only tracepoints take a filter/,
    );
  });

  it('names the tracepoint of a glob that lacks the field', () => {
    expect(describeEvents('sched:*', server, ['prev_pid == 1'])).toBe(
      "BAD_EVENT@0 sched:sched_wakeup has no field 'prev_pid'",
    );
  });

  it('calls the text a filter in its errors', () => {
    try {
      attachFilter(parseEvents('sched:sched_switch'), 'prev_pid =');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(EventSpecError);
      expect((error as EventSpecError).message).toBe(
        "filter 'prev_pid =', column 10 — an operator is missing — write one of == != < <= > >= & ~",
      );
    }
  });
});
