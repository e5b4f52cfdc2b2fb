import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { pid } from '../../../src/base/units';
import type { CommandExit } from '../../../src/native/kernel';
import { errno, kernel, openFds, ownEvent, refusalOf, software } from './machine';

const folder = mkdtempSync(join(tmpdir(), 'syswide-command-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function run(...argv: string[]): Promise<CommandExit> {
  const command = kernel.startCommand(argv);
  command.release();
  await kernel.wait([command.pidfd]);
  const exit = command.reap();
  if (exit === undefined) throw new Error('it has ended');
  return exit;
}

/** What a shell script prints. */
async function output(script: string): Promise<string> {
  const file = join(folder, 'output');
  await run('sh', '-c', `exec >"$1"; ${script}`, 'sh', file);
  return readFileSync(file, 'utf8').trim();
}

const zombies = () =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => {
      try {
        const [, state, parent] = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /, ') ')
          .split(' ');
        return state === 'Z' && Number(parent) === process.pid;
      } catch {
        return false;
      }
    });

describe('how it ends', () => {
  test('by itself, with its exit status and what it used', async () => {
    const begin = process.hrtime.bigint();
    const exit = await run('sh', '-c', 'i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done; exit 3');
    expect(exit).toMatchObject({ exitCode: 3 });
    expect(exit.signal).toBeUndefined();
    expect(exit.userTime + exit.systemTime).toBeGreaterThan(0n);
    expect(exit.maxRssKib).toBeGreaterThan(100n);
    expect(exit.minorFaults).toBeGreaterThan(10n);
    expect(exit.end > begin && exit.end < process.hrtime.bigint()).toBe(true);
  });

  test('killed by a signal', async () => {
    const exit = await run('sh', '-c', 'kill -9 $$');
    expect(exit).toMatchObject({ signal: constants.signals.SIGKILL });
    expect(exit.exitCode).toBeUndefined();
  });

  test('nobody knows yet while it runs, and everybody for good afterwards', async () => {
    const command = kernel.startCommand(['true']);
    expect(command.reap()).toBeUndefined();
    const start = command.release();
    await kernel.wait([command.pidfd]);
    const exit = command.reap();
    expect(exit?.end).toBeGreaterThan(start);
    expect(command.reap()).toBe(exit);
    command.abandon();
  });
});

describe('how it starts', () => {
  test('events that were attached before see all of it', async () => {
    const command = kernel.startCommand(['sh', '-c', ':']);
    const fds = kernel.openEvents([
      { ...ownEvent(software.pageFaults, { flags: { enableOnExec: true } }), pid: command.pid },
    ]);
    command.release();
    await kernel.wait([command.pidfd]);
    const [read] = kernel.readEvents(fds, 8).results;
    expect(read instanceof Uint8Array && Buffer.from(read).readBigUInt64LE()).toBeGreaterThan(10n);
    command.reap();
    kernel.closeFds(fds);
  });

  test('words arrive as they are', async () => {
    const file = join(folder, 'words');
    const words = ['', 'a b', '-n', '$HOME', 'zwölf', '\n', '"\'\\'];
    await run('sh', '-c', 'f=$1; shift; printf "%s|" "$@" >"$f"', 'sh', file, ...words);
    expect(readFileSync(file, 'utf8')).toBe(words.map((word) => `${word}|`).join(''));
  });

  test.each([
    ['nowhere on PATH', ['syswide-there-is-no-such-command'], errno.ENOENT],
    ['no such file', ['/there/is/no/such/file'], errno.ENOENT],
    ['a directory', ['/tmp'], errno.EACCES],
    ['a file that may not be executed', ['/etc/passwd'], errno.EACCES],
  ])('%s: the error of the exec', (_, argv, expected) => {
    vi.stubEnv('PATH', '/bin:/usr/bin');
    const before = openFds();
    const command = kernel.startCommand(argv);
    expect(refusalOf(() => command.release())).toMatchObject({ call: 'execve', errno: expected });
    expect(openFds()).toEqual(before);
    expect(zombies()).toEqual([]);
    command.abandon();
  });

  test('a script without an interpreter line is run by the shell', async () => {
    const script = join(folder, 'script');
    writeFileSync(script, 'exit $#');
    chmodSync(script, 0o755);
    expect(await run(script, 'one', 'two')).toMatchObject({ exitCode: 2 });
  });

  test('an empty command, or a NUL in a word, is refused', () => {
    expect(refusalOf(() => kernel.startCommand([])).errno).toBe(errno.EINVAL);
    expect(refusalOf(() => kernel.startCommand(['true', 'a\0b'])).errno).toBe(errno.EINVAL);
  });
});

describe('what it inherits', () => {
  test('no signal of Node is ignored or blocked', async () => {
    const masks = (status: string) =>
      status.match(/^Sig(Blk|Ign|Cgt):\s+\w+/gm)?.map((line) => line.replace(/\s+/, ' '));
    // Node ignores SIGPIPE, which is what this guards against.
    expect(masks(readFileSync('/proc/self/status', 'utf8'))?.[1]).not.toBe('SigIgn: 0000000000000000');
    expect(masks(await output('exec cat /proc/self/status'))).toEqual([
      'SigBlk: 0000000000000000',
      'SigIgn: 0000000000000000',
      'SigCgt: 0000000000000000',
    ]);
  });

  test('stdin, stdout and stderr, which Node marks close-on-exec', async () => {
    const ask = '[ -e /proc/$$/fd/0 ] && [ -e /proc/$$/fd/1 ] && [ -e /proc/$$/fd/2 ] && exit 5';
    expect(await run('sh', '-c', ask)).toMatchObject({ exitCode: 5 });
  });

  test('no other fd of ours', async () => {
    const fds = kernel.openEvents([ownEvent(software.taskClock)]);
    const seen = await output('for f in /proc/$$/fd/*; do [ -e $f ] && readlink $f; done');
    expect(seen).not.toMatch(/perf_event|eventfd|pidfd/);
    kernel.closeFds(fds);
  });

  test('no file limit that Node raised', async () => {
    const soft = (process: number | string) =>
      /^Max open files\s+(\S+)/m.exec(readFileSync(`/proc/${process}/limits`, 'utf8'))?.[1];
    const [theirs, ours] = [soft(process.ppid), soft('self')];
    const lower = Number(theirs) < Number(ours) ? theirs : ours;
    expect(await output('ulimit -Sn')).toBe(lower);
  });
});

describe('when it is not wanted', () => {
  test('abandoned at the gate or later, it leaves no process and no fd', async () => {
    const before = openFds();
    const waiting = kernel.startCommand(['sh', '-c', `touch ${folder}/must-not-be`]);
    waiting.abandon();
    waiting.abandon();
    const running = kernel.startCommand(['sleep', '100']);
    running.release();
    running.abandon();
    expect(zombies()).toEqual([]);
    expect(openFds()).toEqual(before);
    expect(readdirSync(folder)).not.toContain('must-not-be');
    expect(() => process.kill(running.pid, 0)).toThrow('ESRCH');
  });

  test('killed at the gate, it cannot be released', async () => {
    const command = kernel.startCommand(['true']);
    process.kill(command.pid, 'SIGKILL');
    await kernel.wait([command.pidfd]);
    expect(refusalOf(() => command.release()).errno).toBe(errno.ESRCH);
    expect(zombies()).toEqual([]);
  });
});

test('a pidfd tells the end of a process, and that there is none', async () => {
  const command = kernel.startCommand(['true']);
  const pidfd = kernel.openPidfd(command.pid);
  expect(await kernel.wait([pidfd], 0)).toEqual([]);
  command.release();
  expect(await kernel.wait([pidfd])).toEqual([pidfd]);
  command.reap();
  kernel.closeFds([pidfd]);
  expect(refusalOf(() => kernel.openPidfd(command.pid)).errno).toBe(errno.ESRCH);
  expect(refusalOf(() => kernel.openPidfd(pid(-1))).errno).toBe(errno.EINVAL);
});
