import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, start, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-handlers-'));
const [tracepoints, chains] = [join(folder, 'tracepoints'), join(folder, 'chains')];
afterAll(() => rmSync(folder, { recursive: true, force: true }));

if (isRoot && hasPerf) {
  const switches = ['-e', 'sched:sched_switch,sched:sched_process_exec', '-m', '4M', '-o', tracepoints];
  perf(['record', '-q', '-a', ...switches, '--', 'sh', '-c', 'for i in 1 2 3; do sleep 0.05; /bin/true; done']);
  perf(['record', '-q', '-g', '-e', 'cpu-clock', '-F', '5000', '-o', chains, '--', 'ls', '-lR', '/usr/share/doc']);
}

let count = 0;
function moduleOf(text: string): string {
  count += 1;
  const path = join(folder, `handlers${count}.mjs`);
  writeFileSync(path, text);
  return path;
}

const example = fileURLToPath(new URL('../../../examples/handlers.mjs', import.meta.url));

describe('handlers of samples', () => {
  it('are called in the order of time, with the fields that perf script prints', () => {
    const file = moduleOf(`export default {
      begin() { console.log('begin'); },
      'sched:sched_switch'({ time, cpu, tid, comm, fields: { prev_comm, prev_pid, prev_prio, prev_state, next_comm, next_pid, next_prio } }) {
        console.log([time, cpu, tid, comm, prev_comm, prev_pid, prev_prio, next_comm, next_pid, next_prio, typeof prev_state].join(' '));
      },
      async end() { console.log('end'); },
    };`);
    const { status, stdout, stderr } = syswide(['script', file, '-i', tracepoints]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const lines = stdout.trim().split('\n');
    expect([lines.shift(), lines.pop()]).toEqual(['begin', 'end']);
    const args = ['script', '-i', tracepoints, '--ns', '-F', 'comm,tid,cpu,time,event,trace'];
    const theirs = perf(args)
      .stdout.split('\n')
      .flatMap((line) => {
        const found =
          /^ *(.+?) +(-?\d+) +\[(\d+)\] +(\d+)\.(\d+): +sched:sched_switch: prev_comm=(.+) prev_pid=(\d+) prev_prio=(\d+) prev_state=\S+ ==> next_comm=(.+) next_pid=(\d+) next_prio=(\d+)$/u.exec(
            line,
          );
        if (!found) return [];
        const [, comm, tid, cpu, seconds, fraction, ...fields] = found;
        return [`${seconds}${fraction} ${Number(cpu)} ${tid} ${comm} ${fields.join(' ')} bigint`];
      });
    expect(theirs.length).toBeGreaterThan(10);
    expect(lines).toEqual(theirs);
  });

  it('see call chains with the names of perf script', () => {
    const file = moduleOf(`export default { 'cpu-clock'({ callchain }) {
      console.log(callchain.filter(({ symbol }) => symbol).map(({ symbol, offset }) => symbol + '+0x' + offset.toString(16)).join(' '));
    } };`);
    const ours = syswide(['script', file, '-i', chains]).stdout.split('\n').slice(0, -1);
    const blocks = perf(['script', '-i', chains, '-F', 'ip,sym,symoff']).stdout.trim().split(/\n\n+/u);
    const theirs = blocks.map((block) =>
      block
        .split('\n')
        .map((line) => line.trim().split(' ').slice(1).join(' '))
        .filter((name) => name !== '[unknown]' && name !== '')
        .join(' '),
    );
    expect(ours).toEqual(theirs);
  });

  it('get what has no handler of its own as sample, and are told of events that are not there', () => {
    const file = moduleOf(`const counts = {};
      export default { sample({ name }) { counts[name] = (counts[name] ?? 0) + 1; }, 'sched:sched_waking'() {},
        'sched:sched_process_exec'() {}, end() { console.log(Object.keys(counts).join()); } };`);
    const { stdout, stderr } = syswide(['script', file, '-i', tracepoints]);
    expect(stdout).toBe('sched:sched_switch\n');
    expect(stderr).toBe(`# ${tracepoints} has no samples of sched:sched_waking\n`);
  });

  it.each([
    [
      'throws',
      "export default {\n  sample() {\n    throw new RangeError('too \\u001b[31mred');\n  },\n};",
      /:3: its handler of \S+ failed — RangeError: too \S*red — /u,
    ],
    ['has no handlers', 'export default 5;', /has no handlers/u],
    ['is no module', 'export default {', /cannot be loaded — SyntaxError: /u],
    ['fails at its end', 'export default { async end() { throw 7; } };', /its end\(\) failed — 7 — /u],
  ])('that %s: one line says where and why', (_, text, message) => {
    const { status, stderr } = syswide(['script', moduleOf(text), '-i', tracepoints]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[HANDLER_FAILED\]: [ -~—]+\n$/u);
    expect(stderr).toMatch(message);
  });
});

describe('handlers of the running system', () => {
  it('are called for each system call of a command', async () => {
    const file = moduleOf(`let calls = 0;
      export default { 'syscalls:sys_enter_getppid'({ comm, fields }) { if (comm === 'getppid') calls += 1; },
        end() { console.log(calls); } };`);
    const live = start(process.execPath, [
      'bin/syswide.js',
      'script',
      file,
      '--live',
      '-e',
      'syscalls:sys_enter_getppid',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const program = join(folder, 'getppid');
    writeFileSync(
      `${program}.c`,
      '#include <unistd.h>\n#include <sys/syscall.h>\nint main(void) { for (int i = 0; i < 1234; i++) syscall(SYS_getppid); sleep(1); }\n',
    );
    const { execFileSync } = await import('node:child_process');
    execFileSync('cc', ['-o', program, `${program}.c`]);
    execFileSync(program);
    live.process.kill('SIGINT');
    const { status, stdout, stderr } = await live.ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(Number(stdout)).toBe(1234);
  });

  it('run for a time, and the example shows who waited', () => {
    const events = 'sched:sched_wakeup,sched:sched_switch';
    const { status, stdout } = syswide(['script', example, '--live', '-e', events, '--timeout', '800']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^\S.* times, \d/mu);
  });

  it.each([
    [['--live', '-e', 'cpu-clock'], /--live without handlers/u],
    [[example, '--live'], /--live without -e/u],
    [[example, '-e', 'cpu-clock'], /-e without --live/u],
    [[example, '--live', '-e', 'cpu-clock', '--time', '10%'], /--live with --time/u],
    [[example, '--live', '-e', 'cpu-clock', '--comms', 'sh'], /--live with --comms/u],
    [[example, '--live', '-e', 'cpu-clock', '-c', '0'], /-c '0'/u],
  ])('refuse what makes no sense: %s', (args, message) => {
    const { status, stderr } = syswide(['script', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});
