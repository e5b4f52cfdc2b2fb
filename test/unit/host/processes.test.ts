import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { pid, tid } from '../../../src/base/units';
import { HostFiles } from '../../../src/host/host-files';
import { Processes } from '../../../src/host/processes';
import { FakeFiles } from '../../fake-host';

const stat = (id: number, comm: string, rest = 'S 1', flags = 4194304) =>
  `${id} (${comm}) ${rest} 4711 4711 0 -1 ${flags} 1 2 3 4 5 6 7 8 20 0 3 0 987654321012 1 2\n`;

function processes(comm = 'sh'): Processes {
  return new Processes(
    new FakeFiles({
      '/proc/4711/stat': stat(4711, comm),
      '/proc/4711/comm': `${comm}\n`,
      '/proc/4711/status': `Name:\t${comm}\nUid:\t1000\t33\t33\t33\n`,
      '/proc/4711/cmdline': 'sh\0-c\0a b\0\0',
      '/proc/4711/task/4711/comm': '',
      '/proc/4711/task/10000/comm': '',
      '/proc/4711/task/4712/comm': '',
      '/proc/12/stat': stat(12, 'kworker/0:1', 'I 2', 69238880),
      '/proc/self/stat': '',
      '/proc/meminfo': '',
      '/proc/0/stat': '',
      '/proc/99/stat': 'junk',
    }),
  );
}

describe('processes', () => {
  it('are numbered directories, sorted by number', () => {
    expect(processes().all()).toEqual([12, 99, 4711]);
    expect(processes().exists(pid(4711))).toBe(true);
    expect(processes().exists(pid(4710))).toBe(false);
  });

  it('have threads, sorted by number', () => {
    expect(processes().threads(pid(4711))).toEqual([4711, 4712, 10000]);
    expect(() => processes().threads(pid(1))).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_PROCESS', what: 'cannot find process 1' }),
    );
  });

  it.each(['sh', 'a) R 1 (b', ') S 7', '(((', 'two\nlines', '', '\u001b[2J', 'ünïcode'])(
    'may call themselves %j',
    (comm) => {
      expect(processes(comm).info(pid(4711))).toEqual({
        pid: 4711,
        comm,
        state: 'S',
        parent: 1,
        uid: 33,
        startTicks: 987654321012n,
        kernelThread: false,
      });
    },
  );

  it('are described even when only some files can be read', () => {
    expect(processes().info(tid(12))).toMatchObject({
      comm: 'kworker/0:1',
      state: 'I',
      parent: 2,
      uid: 65534,
      kernelThread: true,
    });
    expect(processes().info(pid(99))).toBeUndefined();
    expect(processes().info(pid(5))).toBeUndefined();
    expect(processes().comm(pid(5))).toBeUndefined();
  });

  it('have arguments, of which the last ones may be empty', () => {
    expect(processes().commandLine(pid(4711))).toEqual(['sh', '-c', 'a b', '']);
    expect(processes().commandLine(pid(12))).toEqual([]);
  });
});

describe('this process', () => {
  const live = new Processes(new HostFiles());

  it('is there', () => {
    const me = pid(process.pid);
    expect(live.all()).toContain(me);
    expect(live.threads(me)).toContain(process.pid);
    expect(live.info(me)).toMatchObject({ pid: me, parent: process.ppid, uid: process.geteuid?.(), state: 'R' });
    expect(live.info(me)?.startTicks).toBe(BigInt(statField(22)));
    expect(live.commandLine(me).length).toBeGreaterThan(0);
  });
});

/** By counting from the end of `/proc/self/stat`, which has 52 fields since Linux 3.5. */
const statField = (number: number): string =>
  readFileSync('/proc/self/stat', 'utf8')
    .trim()
    .split(' ')
    .at(number - 53) ?? '';
