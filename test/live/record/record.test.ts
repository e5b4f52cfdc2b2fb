import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { SampleType } from '../../../src/abi/perf-event';
import { RecordType } from '../../../src/abi/ring-page';
import { decodeSample } from '../../../src/abi/sample';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { breakpointHits, HITS } from '../breakpoint-hits';
import { needs } from '../needs';
import { compile, counting, hasPerf, isRoot, linesOf, type Outcome, perf, startSyswide, syswide } from '../run';
import { perfSaysOf } from './perf-says';

const folder = mkdtempSync(join(tmpdir(), 'syswide-record-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

needs(isRoot && hasPerf, 'root and perf');

const perfSays = (args: readonly string[]): string => perfSaysOf(path, args);

/** identifier, ip, tid, time, CPU, period: what all samples without more have. */
const plain =
  SampleType.identifier | SampleType.ip | SampleType.tid | SampleType.time | SampleType.cpu | SampleType.period;

/** The samples as they stand in the file: `pid/tid [cpu] time ip`. */
function samplesIn(file: string): string[] {
  const reader = PerfDataReader.open(file);
  const found: { time: bigint; line: string }[] = [];
  for (const { type, body } of reader.records()) {
    if (type !== RecordType.sample) continue;
    const sample = decodeSample(body, { sampleType: plain, readFormat: 0, littleEndian: true });
    const { pid, tid, cpu, time = 0n, period } = sample ?? {};
    found.push({ time, line: `${pid}/${tid} ${cpu} ${time} ${period}` });
  }
  reader.close();
  return found.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0)).map(({ line }) => line);
}

/** The same, as perf prints them. */
const samplesPerfPrints = (file: string): string[] =>
  linesOf(perfSaysOf(file, ['script', '--ns', '-F', 'pid,tid,cpu,time,period'])).map((line) => {
    const [, ids, cpu, seconds, nanoseconds, period] =
      /^ *(-?\d+\/-?\d+) +\[(\d+)\] +(\d+)\.(\d{9}): +(\d+)/.exec(line) ?? [];
    return `${ids} ${Number(cpu)} ${BigInt(`${seconds}${nanoseconds}`)} ${period}`;
  });

/** Where the time is in all but samples, from their end: before CPU and identifier. */
const TIME_FROM_END = 24;

/** Records 1000 getppid calls at each `call`, in samples that no ring of a page has room for, of a process that goes on. */
async function recordTooLong(
  options: readonly string[],
  whileItRuns: (recorder: string, call: () => Promise<void>) => Promise<void>,
): Promise<Outcome> {
  const caller = spawn('perl', [
    '-e',
    '$SIG{USR1} = sub { $0 = "calls"; getppid() for 1..1000; print "done" }; $| = 1; print "ready"; sleep 1 while 1',
  ]);
  await once(caller.stdout, 'data');
  const recording = startSyswide([
    ...['record', '-p', `${caller.pid}`, '-m', '1', '--call-graph', 'dwarf,8192', '-c', '1', '-o', path, ...options],
  ]);
  try {
    const recorder = await counting(recording);
    await whileItRuns(`${recorder}`, async () => {
      const done = once(caller.stdout, 'data');
      caller.kill('SIGUSR1');
      await done;
    });
    recording.process.kill('SIGINT');
    return await recording.ended;
  } finally {
    caller.kill('SIGKILL');
  }
}

describe('syswide record', () => {
  it('-a: perf script prints what our own reader finds, sample by sample', () => {
    // An idle CPU has no ticks: the kernel keeps its event throttled once it was.
    const load = 'timeout 0.5 sh -c "while :; do :; done" & timeout 0.5 sh -c "while :; do :; done"; wait';
    const { status, stderr } = syswide(['record', '-a', '-F', '5000', '-o', path, '--', 'sh', '-c', load]);
    // timeout(1) ends what it runs, and says so.
    expect(status).toBe(0);
    const ours = samplesIn(path);
    expect(stderr).toContain(`${ours.length} samples in ${path}`);
    expect(stderr).toContain('none lost');
    expect(ours.length).toBeGreaterThan(1000);
    expect(samplesPerfPrints(path).sort()).toEqual([...ours].sort());
  });

  it('gives samples of a command names: its own, those of its libraries, those of the kernel', () => {
    const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=200000'];
    expect(syswide(['record', '-g', '-o', path, '--', ...command]).status).toBe(0);
    expect(perfSays(['evlist', '-v'])).toMatch(/^cpu-clock: .*, inherit: 1, .*enable_on_exec: 1/u);
    const report = perfSays(['report', '--stdio', '--no-children', '-g', 'none', '--sort', 'comm,dso']);
    expect(report).toMatch(/dd +\[kernel\.kallsyms\]/u);
    expect(report).toMatch(/dd +libc\.so\.6/u);
    expect(report).not.toContain('[unknown]');
  });

  it('gives samples of what already runs names, too', async () => {
    const busy = ['-c', 'while :; do :; done'];
    const { spawn } = await import('node:child_process');
    const child = spawn('bash', busy);
    try {
      expect(syswide(['record', '-p', `${child.pid}`, '--timeout', '300', '-o', path]).status).toBe(0);
    } finally {
      child.kill('SIGKILL');
    }
    const rows = linesOf(perfSays(['report', '--stdio', '--sort', 'comm,dso'])).filter((line) => !line.startsWith('#'));
    expect(rows.join('\n')).toMatch(/bash +bash/u);
    expect(rows.every((row) => row.includes('bash'))).toBe(true);
  });

  it('tells which builds of programs it is of, unless it is told not to', () => {
    expect(syswide(['record', '-a', '-o', path, '--', '/usr/bin/env', 'true']).status).toBe(0);
    const builds = new Map(
      linesOf(perfSays(['buildid-list'])).map((line) => line.split(' ', 2).reverse() as [string, string]),
    );
    expect(builds.get('[kernel.kallsyms]')).toBe(perf(['buildid-list', '--kernel']).stdout.trim());
    const notes = execFileSync('readelf', ['-n', '/usr/bin/env'], { encoding: 'utf8' });
    expect(builds.get('/usr/bin/env')).toBe(/Build ID: (\S+)/u.exec(notes)?.[1]);
    expect([...builds.keys()].filter((name) => name.includes('libc.so'))).toHaveLength(1);
    expect(syswide(['record', '-a', '-B', '-o', path, '--', 'true']).status).toBe(0);
    expect(perf(['report', '--header-only', '-i', path]).stdout).toMatch(/missing features:.* BUILD_ID /u);
  });

  it('-k: has the times of that clock, and the time of day from it', () => {
    const before = Date.now() / 1000;
    expect(syswide(['record', '-a', '-k', 'boottime', '-F', '1000', '-o', path, '--', 'sleep', '0.3']).status).toBe(0);
    const after = Date.now() / 1000;
    expect(perfSays(['evlist', '-v'])).toContain('clockid: 7');
    const uptime = Number(execFileSync('cat', ['/proc/uptime'], { encoding: 'utf8' }).split(' ')[0]);
    const lines = linesOf(perfSays(['script', '-F', 'tod,time']));
    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) {
      const [, date, day, time] = /(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d\.\d+) +(\d+\.\d+):/u.exec(line) ?? [];
      expect(Math.abs(uptime - Number(time))).toBeLessThan(5);
      const seconds = Date.parse(`${date}T${day}`) / 1000;
      expect(seconds).toBeGreaterThan(before - 1);
      expect(seconds).toBeLessThan(after + 1);
    }
  });

  it('-k: says that it is the clock which an event does not take', () => {
    for (const [clock, status] of [
      ['monotonic_raw', 0],
      ['tai', 125],
    ] as const) {
      const options = ['-a', '-e', 'sched:sched_switch', '-k', clock, '-o', path];
      const outcome = syswide(['record', ...options, '--', 'true']);
      expect(outcome.status).toBe(status);
      expect(/error\[NOT_SUPPORTED\].*-k monotonic/u.test(outcome.stderr)).toBe(status !== 0);
    }
  });

  describe('of what is not sampled', () => {
    const told = ['--show-switch-events', '--show-namespace-events', '--show-mmap-events', '--show-task-events'];
    const recorded = (...options: string[]) => {
      const args = ['record', '-a', '-F', '100', '-o', path, ...options, '--', 'sleep', '0.1'];
      expect(syswide(args).status).toBe(0);
      return perfSays(['script', '-F', 'comm', ...told]);
    };
    const maps = (text: string) => text.split(`PERF_RECORD_MMAP2 ${process.pid}/`).length - 1;

    it('tells of switches, namespaces and what already runs', () => {
      const all = recorded('--switch-events', '--namespaces');
      expect(all).toMatch(/PERF_RECORD_SWITCH_CPU_WIDE (IN|OUT)/u);
      const [device, inode] = ['%d', '%i'].map((format) =>
        execFileSync('stat', ['-L', '-c', format, `/proc/${process.pid}/ns/mnt`], { encoding: 'utf8' }).trim(),
      );
      const ours = all
        .slice(all.indexOf(`PERF_RECORD_NAMESPACES ${process.pid}/`))
        .split('\n')
        .slice(0, 3)
        .join(' ');
      expect(ours).toContain(`5/mnt: ${Number(device).toString(16)}/0x${Number(inode).toString(16)}`);
      expect(maps(all)).toBeGreaterThan(5);
    });

    it.each(['task', 'no'])('tells of what already runs as it is told to: --synth=%s', (synth) => {
      const some = recorded(`--synth=${synth}`);
      expect(maps(some)).toBe(0);
      expect(some.includes(`PERF_RECORD_COMM: node:${process.pid}/`)).toBe(synth === 'task');
    });
  });

  it('has the fields of tracepoints decoded by perf, and takes the kernel filter', () => {
    // A name of its own, as anybody on the machine may run true(1).
    const own = join(folder, 'true');
    symlinkSync('/bin/true', own);
    const filter = ['--filter', `filename ~ "${folder}/*"`];
    const args = ['-e', 'sched:sched_process_exec', ...filter, '-e', 'sched:sched_switch'];
    expect(syswide(['record', '-a', ...args, '-o', path, '--', 'sh', '-c', `${own}; ${own}; ls`]).status).toBe(0);
    const lines = linesOf(perfSays(['script']));
    expect(lines.filter((line) => /sched_process_exec: filename=\S*true pid=\d+/u.test(line))).toHaveLength(2);
    expect(lines.filter((line) => line.includes('sched_process_exec'))).toHaveLength(2);
    expect(lines.some((line) => /sched_switch: prev_comm=.* ==> next_comm=/u.test(line))).toBe(true);
  });

  it('-c counts exactly: as many samples as the command had system calls', () => {
    const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000', 'status=none'];
    const event = ['-e', 'raw_syscalls:sys_enter', '--filter', 'id == 1'];
    expect(syswide(['record', ...event, '-o', path, '--strict', '--', ...command]).status).toBe(0);
    // write(2) to /dev/null, once a block.
    expect(linesOf(perfSays(['script', '-F', 'event']))).toHaveLength(20000);
  });

  /** Takes a sample of so many events of a thousand. */
  function expectSamples(args: readonly string[], command: readonly string[], samples: number): void {
    expect(syswide(['record', ...args, '-o', path, '--', ...command]).status).toBe(0);
    expect(linesOf(perfSays(['script', '-F', 'event']))).toHaveLength(samples);
    expect(perfSays(['report', '--stdio'])).toContain('# Event count (approx.): 1000\n');
    expect(syswide(['report', '-i', path]).stdout).toContain('# Event count (approx.): 1000\n');
  }

  it('-c N takes one sample of N, also of what the kernel counts in software', () => {
    const getpids = ['perl', '-e', 'getppid() for 1..1000'];
    expectSamples(['-e', 'syscalls:sys_enter_getppid', '-c', '10'], getpids, 100);
  });

  describe('with a breakpoint', () => {
    needs(breakpointHits, HITS);

    it('watches a variable of the command, wherever that is loaded, but not how it gets there', () => {
      for (const kind of ['-pie', '-no-pie']) {
        const program = compile('counted-writes', [kind]);
        const event = `mem:counter@${program.path}/4:w`;
        for (const more of [[], ['-a'], ['-D', '0'], ['--overwrite']]) {
          const options = [...more, '-c', '1', '-e', event, '-o', path];
          expect(syswide(['record', ...options, '--', program.path])).toMatchObject({ status: 0 });
          const samples = linesOf(perfSays(['script', '-F', 'comm,ip,sym']));
          expect({ more, named: samples.filter((line) => /^ *counted-writes +\w+ work$/u.test(line)).length }).toEqual({
            more,
            named: 1000,
          });
          expect(samples).toHaveLength(1000);
        }
        program.dispose();
      }
    });

    it('takes a sample of each hit by default, with -c N one of N', () => {
      const program = compile('counted-writes');
      const writes = ['-e', `mem:counter@${program.path}/4:w`];
      expectSamples(writes, [program.path], 1000);
      expectSamples([...writes, '-c', '1'], [program.path], 1000);
      expectSamples([...writes, '-c', '10'], [program.path], 100);
      program.dispose();
    });
  });

  it.each([
    ['-F', '2000'],
    ['-c', '500000'],
  ])('tells in its samples which period they were taken with, when that is changed: %s', async (...rate) => {
    const busy = ['sh', '-c', 'while :; do :; done'];
    const recording = startSyswide(['record', '-a', '-e', 'cpu-clock', ...rate, '-o', path, '--', ...busy]);
    const pid = await counting(recording);
    await pause(300);
    expect(syswide(['ctl', `${pid}`, 'set', 'period=20000000'])).toMatchObject({ status: 0 });
    await pause(300);
    expect(syswide(['ctl', `${pid}`, 'stop'])).toMatchObject({ status: 0 });
    await recording.ended;
    const periods = linesOf(perfSays(['script', '-F', 'period'])).map(Number);
    expect(new Set(periods)).toEqual(new Set([500_000, 20_000_000]));
    expect(periods.at(-1)).toBe(20_000_000);
  });

  it('--call-graph dwarf: perf unwinds it', () => {
    const command = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=150000'];
    expect(syswide(['record', '--call-graph', 'dwarf,4096', '-F', '500', '-o', path, '--', ...command]).status).toBe(0);
    expect(perfSays(['evlist', '-v'])).toContain('sample_stack_user: 4096');
    expect(perfSays(['report', '--stdio', '-g', 'caller'])).toContain('__libc_start');
  });

  it('says what it lost, and fails for it under --strict', () => {
    const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=100000'];
    const { status, stderr } = syswide([
      ...['record', '-a', '-m', '1', '-e', 'raw_syscalls:sys_enter', '-o', path, '--strict', '--', ...load],
    ]);
    expect(status).toBe(125);
    expect(stderr).toMatch(/# lost on cpu\d: \d+ records/u);
    expect(stderr).toMatch(/error\[SAMPLES_LOST\]: \d+ records were lost/u);
    expect(perf(['script', '-F', 'comm', '-i', path]).status).toBe(0);
  });

  it('says all that a group lost, also where its ring never has room to tell', async () => {
    const events = '{syscalls:sys_enter_getppid,syscalls:sys_exit_getppid},syscalls:sys_enter_getppid';
    const { status, stderr } = await recordTooLong(['-e', events, '--max-lost', '2999'], (_, call) => call());
    expect(status).toBe(125);
    expect(stderr).toContain('error[SAMPLES_LOST]: 3000 records were lost, 100 % of all');
  });

  it('tells in the file of what was lost last behind all that came before it', async () => {
    await recordTooLong(['-e', 'syscalls:sys_enter_getppid'], (_, call) => call());
    const reader = PerfDataReader.open(path);
    const timesOf = (wanted: number) =>
      [...reader.records()].flatMap(({ type, body }) =>
        type === wanted ? [body.getBigUint64(body.byteLength - TIME_FROM_END, true)] : [],
      );
    const [[lost = 0n, ...more], names] = [timesOf(RecordType.lost), timesOf(RecordType.comm)];
    reader.close();
    expect(more).toEqual([]);
    expect(names.some((time) => time > 0n)).toBe(true);
    expect(names.filter((time) => time >= lost)).toEqual([]);
    expect(perf(['script', '-i', path]).stderr).not.toContain('out of order');
  });

  it('says what was lost by events that were opened anew for another filter, too', async () => {
    const options = ['-i', '-e', 'syscalls:sys_enter_getppid', '--max-lost', '1999'];
    const { status, stderr } = await recordTooLong(options, async (recorder, call) => {
      await call();
      expect(syswide(['ctl', recorder, 'set', 'filter=common_pid > 0'])).toMatchObject({ status: 0 });
      await call();
    });
    expect(status).toBe(125);
    expect(stderr).toContain('error[SAMPLES_LOST]: 2000 records were lost, 100 % of all');
  });

  it('--delay leaves what was disabled meanwhile as it is', async () => {
    const recording = startSyswide(['record', '-a', '-D', '3000', '-o', path, '--timeout', '3300']);
    await counting(recording);
    expect(syswide(['ctl', `${recording.process.pid}`, 'disable'])).toMatchObject({ status: 0 });
    expect(await recording.ended).toMatchObject({ status: 0, stderr: expect.stringContaining('# 0 samples in ') });
  });

  it('has the status of the command, and keeps an earlier file', () => {
    expect(syswide(['record', '-o', path, '--', 'sh', '-c', 'exit 7']).status).toBe(7);
    expect(syswide(['record', '-o', path, '--', 'no-such-command']).status).toBe(127);
    expect(existsSync(`${path}.old`)).toBe(true);
  });
});
