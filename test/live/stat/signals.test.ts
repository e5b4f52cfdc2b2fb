import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { skipTelling } from '../needs';
import { counting, csvRows, eventually, isRoot, launcher, startSyswide, syswide } from '../run';

const childrenOf = (pid: number): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => parentOf(id) === pid);

function parentOf(pid: number): number {
  try {
    return Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  } catch {
    return -1;
  }
}

const alive = (pid: number): boolean => {
  try {
    return !/^State:\tZ/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
};

describe('a signal ends the measurement in order', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGQUIT', 131],
  ] as const)('%s prints the counts so far, ends the command and exits with %i', async (signal, status) => {
    const running = startSyswide(['stat', '-x,', '-e', 'task-clock', '--', 'sleep', '100']);
    const pid = await counting(running);
    const [command] = childrenOf(pid);
    process.kill(pid, signal);
    const outcome = await running.ended;
    expect(outcome.status).toBe(status);
    expect(csvRows(outcome.stderr)[0]?.[2]).toMatch(/^task-clock/);
    expect(command && alive(command)).toBe(false);
  });

  it('without a command too', async (context) => {
    if (!isRoot) skipTelling(context, 'root, to count whole CPUs');
    const running = startSyswide(['stat', '-a', '-x,', '-e', 'cpu-clock']);
    const pid = await counting(running);
    process.kill(pid, 'SIGINT');
    const outcome = await running.ended;
    expect(outcome.status).toBe(130);
    expect(Number(csvRows(outcome.stderr)[0]?.[0])).toBeGreaterThan(0);
  });

  it('a command that does not listen is killed at the second signal', async () => {
    const script = 'trap "echo heard" INT; trap "" TERM; echo ready; while :; do sleep 0.01; done';
    const running = startSyswide(['stat', '-x,', '-e', 'task-clock', '--', 'sh', '-c', script]);
    const pid = await counting(running);
    const [command] = childrenOf(pid);
    await eventually(() => running.stdout().includes('ready'), 'the command has set its traps');
    process.kill(pid, 'SIGINT');
    await eventually(() => running.stdout().includes('heard'), 'the signal was passed on');
    const before = Date.now();
    process.kill(pid, 'SIGINT');
    const outcome = await running.ended;
    expect(outcome.status).toBe(130);
    expect(Date.now() - before).toBeLessThan(1900);
    expect(command && alive(command)).toBe(false);
  });

  describe('between runs', () => {
    /** Counts its calls in a file, and in one of them has a terminal's Ctrl-C reach it and syswide. */
    const interruptedIn = (call: number, file: string) =>
      `echo >>${file}; test $(wc -l <${file}) -ne ${call} || { kill -INT $PPID; kill -INT $$; }`;
    const lines = (file: string) => readFileSync(file, 'utf8').length;

    it.each([
      ['the command', { command: 2, pre: 0 }, { runs: 2, pres: 2 }],
      ['--pre', { command: 0, pre: 3 }, { runs: 2, pres: 3 }],
    ])('%s that is interrupted is followed by no other, and what was counted is told', (_, where, calls) => {
      const place = mkdtempSync(join(tmpdir(), 'syswide-runs-'));
      const [runs, pres] = [join(place, 'runs'), join(place, 'pres')];
      const args = ['-r', '5', '--pre', interruptedIn(where.pre, pres), '-x,', '-e', 'task-clock'];
      const outcome = syswide(['stat', ...args, '--', 'sh', '-c', interruptedIn(where.command, runs)]);
      expect([lines(runs), lines(pres)]).toEqual([calls.runs, calls.pres]);
      expect(outcome.status).toBe(130);
      const [row] = csvRows(outcome.stderr);
      expect([Number(row?.[0]) > 0, row?.[2]]).toEqual([true, expect.stringMatching(/^task-clock/)]);
      rmSync(place, { recursive: true });
    });

    it('--post that is interrupted is no failure, and what was counted is told', () => {
      const args = ['-r', '5', '--post', 'kill -INT $PPID; kill -INT $$', '-x,', '-e', 'task-clock'];
      const outcome = syswide(['stat', ...args, '--', 'true']);
      expect(outcome.status).toBe(130);
      expect(outcome.stderr).not.toContain('error[');
      expect(csvRows(outcome.stderr)[0]?.[2]).toMatch(/^task-clock/);
    });
  });

  it.each(['stat', 'record'])('SIGUSR1 neither ends %s nor has Node listen for a debugger', async (command) => {
    const place = mkdtempSync(join(tmpdir(), 'syswide-usr1-'));
    const script = 'kill -USR1 $PPID; sleep 0.2';
    const outcome = syswide([command, '-o', join(place, 'result'), '-e', 'task-clock', '--', 'sh', '-c', script]);
    expect(outcome).toMatchObject({ status: 0, stderr: expect.not.stringMatching(/listening|inspector/i) });
    rmSync(place, { recursive: true });
  });

  it('a killed syswide takes the command with it', async () => {
    const running = startSyswide(['stat', '-e', 'task-clock', '--', 'sleep', '100']);
    const pid = await counting(running);
    const [command] = childrenOf(pid);
    process.kill(pid, 'SIGKILL');
    await running.ended;
    await eventually(() => !alive(command ?? 0), 'the command is gone');
  });

  describe('under nohup', () => {
    it.each(['stat', 'record'])('SIGHUP ends neither %s nor its command', (command) => {
      const place = mkdtempSync(join(tmpdir(), 'syswide-nohup-'));
      // Both are told, as by a terminal that hangs up; what stood there for syswide alone is gone.
      const script = 'kill -HUP $PPID $$; sleep 0.2; env | grep -c ^SYSWIDE_PROC; exit 7';
      const args = [command, '-o', join(place, 'result'), '-e', 'task-clock', '--', 'sh', '-c', script];
      const { status, stdout } = spawnSync('nohup', [launcher, ...args], { encoding: 'utf8' });
      expect([status, stdout]).toEqual([7, '0\n']);
      rmSync(place, { recursive: true });
    });

    it('nor a command between runs', () => {
      const args = ['stat', '-o', '/dev/null', '--pre', 'kill -HUP $PPID $$', '-e', 'task-clock', 'true'];
      expect(execFileSync('nohup', [launcher, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })).toBe(
        '',
      );
    });
  });

  describe('a terminal', () => {
    /** Runs what is behind it on a terminal of its own; once that has written, does what it is told with the other side. */
    const onTerminal = (then: string, ...command: string[]) =>
      execFileSync('python3', ['-c', `${START}${then}\n`, process.execPath, launcher, ...command], {
        encoding: 'utf8',
      });
    const START = `
import os, pty, sys, termios
pid, terminal = pty.fork()
if not pid: os.execv(sys.argv[1], sys.argv[1:])
os.read(terminal, 1)
ended = lambda: os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
`;

    it.each(['stat', 'record'])('%s that loses it ends as by any SIGHUP, and does not abort', (command) => {
      const place = mkdtempSync(join(tmpdir(), 'syswide-terminal-'));
      const args = ['-o', join(place, 'result'), '-e', 'task-clock', '--', 'sh', '-c', 'echo; exec sleep 100'];
      expect(onTerminal('os.close(terminal); print(ended())', command, ...args)).toBe('129\n');
      rmSync(place, { recursive: true });
    });

    it('stays as the command has set it', () => {
      const then = 'ended(); print(bool(termios.tcgetattr(terminal)[3] & termios.ECHO))';
      const args = ['stat', '-o', '/dev/null', '-e', 'task-clock', '--', 'sh', '-c', 'stty -echo; echo'];
      expect(onTerminal(then, ...args)).toBe('False\n');
    });
  });
});
