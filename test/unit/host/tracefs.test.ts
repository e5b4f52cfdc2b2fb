import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { type Fd, fd } from '../../../src/base/units';
import { Tracefs } from '../../../src/host/tracefs';
import { KernelError } from '../../../src/native/kernel-error';
import { FakeFiles, type FakeTree } from '../../fake-host';

const mounted = '/sys/kernel/tracing';

const events = (directory: string): FakeTree => ({
  [`${directory}/events/enable`]: '0\n',
  [`${directory}/events/header_page`]: '',
  [`${directory}/events/sched/enable`]: '0\n',
  [`${directory}/events/sched/sched_switch/id`]: '372\n',
  [`${directory}/events/sched/sched_wakeup/id`]: '375\n',
  [`${directory}/events/ftrace/function/id`]: '1\n',
  [`${directory}/events/ftrace/print/format`]: 'name: print\nID: 5\nformat:\n\nprint fmt: "%s"\n',
});

/** A kernel that gives out fd 9, or refuses. */
function kernel(errno?: number) {
  const closed: Fd[] = [];
  return {
    closed,
    openTracefs(): Fd {
      if (errno !== undefined) throw new KernelError('fsopen', errno);
      return fd(9);
    },
    closeFds: (fds: readonly Fd[]) => void closed.push(...fds),
  };
}

const name = (system: string, event: string) => ({ system, event });
const { EPERM, ENODEV } = constants.errno;

describe('where tracefs is found', () => {
  it('is a mounted one first', () => {
    const own = kernel();
    const tracefs = Tracefs.open(new FakeFiles({ ...events(mounted), ...events('/proc/self/fd/9') }), own);
    expect(tracefs.directory).toBe(mounted);
    tracefs.close();
    expect(own.closed).toEqual([]);
  });

  it('is below debugfs on old systems', () => {
    const files = new FakeFiles({ ...events('/sys/kernel/debug/tracing'), [`${mounted}/`]: '' });
    expect(Tracefs.open(files, kernel()).directory).toBe('/sys/kernel/debug/tracing');
  });

  it('is a private one otherwise, given back once', () => {
    const own = kernel();
    const tracefs = Tracefs.open(new FakeFiles(events('/proc/self/fd/9')), own);
    expect(tracefs.id(name('sched', 'sched_switch'))).toBe(372);
    tracefs.close();
    tracefs.close();
    expect(own.closed).toEqual([9]);
  });

  it('can be nowhere: the kernel has none', () => {
    expect(() => Tracefs.open(new FakeFiles(), kernel(ENODEV))).toThrow(
      expect.objectContaining({ code: 'NO_TRACEFS', why: 'the kernel has no tracefs (CONFIG_TRACING)' }),
    );
    const own = kernel();
    expect(() => Tracefs.open(new FakeFiles(), own)).toThrow(expect.objectContaining({ code: 'NO_TRACEFS' }));
    expect(own.closed).toEqual([9]);
  });

  it('can be out of reach for an ordinary user', () => {
    expect(() => Tracefs.open(new FakeFiles({ [mounted]: { denied: 'directory' } }), kernel(EPERM))).toThrow(
      expect.objectContaining({
        code: 'NO_TRACEFS',
        why: '/sys/kernel/tracing may not be read by this user',
        remedy: expect.stringContaining('sudo mount -o remount,mode=755,gid=$(id -g) /sys/kernel/tracing'),
      }),
    );
    expect(() => Tracefs.open(new FakeFiles(), kernel(EPERM))).toThrow(
      expect.objectContaining({
        why: 'tracefs is not mounted, and a private one was refused (fsopen: EPERM)',
        remedy: expect.stringContaining('sudo mount -t tracefs'),
      }),
    );
  });

  it('leaves errors alone that are not the kernel’s', () => {
    const broken = { ...kernel(), openTracefs: (): Fd => fd(Number.parseInt(failing(), 10)) };
    expect(() => Tracefs.open(new FakeFiles(), broken)).toThrow('a bug');
  });
});

const failing = (): string => {
  throw new Error('a bug');
};

describe('tracepoints', () => {
  const files = new FakeFiles(events(mounted));
  const tracefs = Tracefs.open(files, kernel());

  it('have a number', () => {
    expect(tracefs.id(name('sched', 'sched_switch'))).toBe(372);
    expect(tracefs.id(name('sched', 'none'))).toBeUndefined();
    expect(tracefs.id(name('none', 'sched_switch'))).toBeUndefined();
  });

  it.each([
    ['..', 'x'],
    ['sched', '../sched/sched_switch'],
    ['sched/sched_switch', '.'],
    ['', ''],
    ['sched', ''],
    ['sched', 'a'.repeat(10000)],
    ['sched\0', 'sched_switch'],
  ])('are never a path out of the directory: %j %j', (system, event) => {
    expect(tracefs.id(name(system, event))).toBeUndefined();
    expect(tracefs.format(name(system, event))).toBeUndefined();
    expect(tracefs.events(`${system}/`)).toEqual([]);
  });

  it('are listed by system, without those that cannot be opened', () => {
    expect(tracefs.systems()).toEqual(['ftrace', 'sched']);
    expect(tracefs.events('sched')).toEqual(['sched_switch', 'sched_wakeup']);
    expect([...tracefs.tracepoints()].map(({ system, event }) => `${system}:${event}`)).toEqual([
      'ftrace:function',
      'sched:sched_switch',
      'sched:sched_wakeup',
    ]);
  });

  it('have a format', () => {
    expect(tracefs.format(name('ftrace', 'print'))).toMatchObject({ id: 5, printFormat: '"%s"' });
    expect(tracefs.format(name('sched', 'sched_switch'))).toBeUndefined();
  });

  it('may be listed, and yet not readable by an ordinary user', () => {
    files.set(`${mounted}/events/sched/sched_fork/id`, { denied: 'file' });
    expect(() => tracefs.id(name('sched', 'sched_fork'))).toThrow(
      expect.objectContaining({ code: 'NO_TRACEFS', remedy: expect.stringContaining('gid=$(id -g)') }),
    );
  });
});
