import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, launcher, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-script-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string) => join(folder, name);

/** Many short processes, and two that last. */
const load = (seconds: number) =>
  `timeout ${seconds} sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done" & timeout ${seconds} sh -c "while :; do (:); done"; true`;

/** Lines that differ, and how many there are in all. */
function compared(args: readonly string[]) {
  const [ours, theirs] = [syswide(['script', ...args]), perf(['script', ...args])];
  expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
  const [found, expected] = [ours.stdout.split('\n'), theirs.stdout.split('\n')];
  expect(found.length).toBe(expected.length);
  const differs = (line: string, i: number) =>
    line !== found[i] && !isRemoved(line, found[i] ?? '') && !isTemplate(line, found[i] ?? '');
  return { different: expected.filter(differs), lines: expected };
}

/** Whether only the name of a C++ template differs, of a program that runs beside: our demangler is not perf's in all of them. */
function isTemplate(theirs: string, ours: string): boolean {
  const withoutName = (line: string) => line.replace(/( [\da-f]{6,} ).*<.*(\+0x[\da-f]+ \(\/)/u, '$1$2');
  return withoutName(theirs) !== theirs && withoutName(theirs) === withoutName(ours);
}

/** Whether we name a function of a program that was removed, and still runs somewhere on this machine: perf cannot. */
function isRemoved(theirs: string, ours: string): boolean {
  const unknown = theirs.indexOf('[unknown]');
  const isOfOne = theirs.endsWith(' (deleted))') || !theirs.includes('(');
  return unknown > 0 && isOfOne && ours.startsWith(theirs.slice(0, unknown)) && !ours.includes('[unknown]');
}

const MOST_POKES = 3;

/**
 * A recording in which some records of what a command mapped have become ones of the kernel's code: as long, from where and when
 * they were. No event of perf's command line asks for them.
 */
function withPokes(recording: Buffer, address: bigint): Buffer {
  const [MMAP2, TEXT_POKE, KERNEL, USER, HEADER, TRAILER] = [10, 20, 1, 2, 8, 16];
  const bytes = Buffer.from(recording);
  const from = Number(bytes.readBigUInt64LE(40));
  const to = from + Number(bytes.readBigUInt64LE(48));
  let count = 0;
  for (let at = from; at < to && count < MOST_POKES; at += bytes.readUInt16LE(at + 6)) {
    const size = bytes.readUInt16LE(at + 6);
    if (bytes.readUInt32LE(at) !== MMAP2 || bytes.readUInt16LE(at + 4) !== USER || size < 0x80) continue;
    const [before, room] = [5 + count, size - HEADER - TRAILER - 12];
    bytes.writeUInt32LE(TEXT_POKE, at);
    bytes.writeUInt16LE(KERNEL, at + 4);
    bytes.writeBigUInt64LE(address + BigInt(count * 16), at + HEADER);
    bytes.writeUInt16LE(before, at + HEADER + 8);
    bytes.writeUInt16LE(room - before - count, at + HEADER + 10);
    for (let i = 0; i < room; i += 1) bytes[at + HEADER + 12 + i] = i * 7;
    count += 1;
  }
  return bytes;
}

describe('syswide script', () => {
  it.each([
    ['all fields', []],
    ['no call chains', ['-G']],
    ['times in nanoseconds', ['-F', 'comm,pid,tid,cpu,time,event,period', '--ns']],
    ['one CPU', ['-F', 'comm,ip,sym', '-C', '1']],
    ['one command', ['-F', 'time,ip,sym,symoff,dso', '--comms', 'ls']],
  ])('prints call chains of the whole machine, byte for byte as perf does: %s', (_, args) => {
    const path = file('chains.data');
    if (!existsSync(path)) {
      perf(['record', '-q', '-a', '-g', '-F', '2000', '-o', path, '--', 'sh', '-c', load(0.4)]);
    }
    const { different, lines } = compared(['-i', path, ...args]);
    if (args.length === 0) expect(lines.length).toBeGreaterThan(10_000);
    expect(different).toEqual([]);
  });

  it('prints the recordings of syswide as perf does', () => {
    const path = file('ours.data');
    expect(syswide(['record', '-q', '-a', '-g', '-F', '2000', '-o', path, '--', 'sh', '-c', load(0.8)]).status).toBe(0);
    const { different, lines } = compared(['-i', path, '--comms', 'ls,sh,swapper']);
    expect(lines.length).toBeGreaterThan(5000);
    expect(different).toEqual([]);
  });

  it('prints what is no sample as the event that told of it is printed', () => {
    const path = file('switches.data');
    const options = ['-q', '-a', '-g', '-F', '500', '--switch-events', '-o', path];
    const command = 'for i in 1 2 3; do ls / > /dev/null; done';
    expect(syswide(['record', ...options, '--', 'sh', '-c', command]).status).toBe(0);
    for (const kind of ['task', 'switch']) {
      const { different, lines } = compared(['-i', path, `--show-${kind}-events`]);
      expect(lines.filter((line) => line.includes('PERF_RECORD_')).length).toBeGreaterThan(10);
      expect(different).toEqual([]);
    }
  });

  it('names the memory that was accessed as perf does', () => {
    for (const record of [perf, syswide]) {
      const path = file('faults.data');
      const events = 'page-faults/period=1/,cpu-clock/period=100000/';
      record(['record', '-q', '-d', '-e', events, '-o', path, '--', 'ls', '/usr']);
      for (const fields of ['+addr', 'comm,addr', 'addr,sym,symoff', 'addr,ip,sym,dso', 'ip,sym,dso']) {
        const { different, lines } = compared(['-i', path, '-F', fields]);
        // The stack grows while a sample is taken, and is told behind it; and perf leaves labels out of sections by their names.
        const isOther = (line: string) =>
          !/\b7ff[\da-f]{9} (?:\[unknown\]|\(\[unk)| _edata|\[unknown\](?: \(\/|$| {5})/.test(line);
        expect(different.filter(isOther)).toEqual([]);
        if (fields !== 'addr,ip,sym,dso') continue;
        for (const name of ['//anon', '[stack]']) expect(lines.join('\n')).toContain(`[unknown] (${name})`);
        expect(lines.some((line) => /^ *[\da-f]+ _DYNAMIC \(/.test(line))).toBe(true);
      }
    }
  });

  it('takes the counts that samples of a group bring along for samples of its other events, as perf does', () => {
    const groups = ['-e', '{cpu-clock,page-faults,context-switches}:S', '-e', '{task-clock,minor-faults}:S'];
    for (const how of [['-g'], ['-z']]) {
      const path = file('groups.data');
      perf(['record', '-q', '-a', ...how, '-F', '500', ...groups, '-o', path, '--', 'sh', '-c', load(0.4)]);
      const args = ['-i', path, '-F', 'comm,tid,time,event,period'];
      const { different, lines } = compared(args);
      expect(different).toEqual([]);
      expect(lines.filter((line) => line.includes('page-faults:')).length).toBeGreaterThan(10);
      const totals = (text: string) => text.match(/(# Samples: \d+|Event count \(approx\.\): \d+)/gu);
      const ours = totals(syswide(['report', '-i', path, '--no-group', '-g', 'none']).stdout);
      expect(ours).toHaveLength(10);
      expect(ours).toEqual(totals(perf(['report', '--stdio', '-i', path, '--no-group', '-g', 'none']).stdout));
    }
  });

  it('prints the data of hundreds of tracepoints as perf does', () => {
    const path = file('trace.data');
    const systems = 'sched kmem signal task filemap raw_syscalls';
    const events = systems.split(' ').map((system) => `${system}:*`);
    const command = 'ls -lR /usr/share/doc/a* > /dev/null; ls / > /dev/null';
    perf(['record', '-q', '-e', events.join(','), '-m', '8M', '-o', path, '--', 'bash', '-c', command]);
    const { different, lines } = compared(['-i', path]);
    expect(lines.length).toBeGreaterThan(5000);
    expect(different).toEqual([]);
    expect(compared(['-i', path, '-F', 'comm,event,trace']).different).toEqual([]);
  });

  it('prints what is no sample, too', () => {
    const path = file('others.data');
    const command = 'for i in 1 2 3; do ls / > /dev/null; unshare -m true; done';
    const options = ['-q', '-a', '-F', '500', '-e', 'cpu-clock', '--switch-events', '--namespaces', '-o', path];
    perf(['record', ...options, '--', 'sh', '-c', command]);
    for (const kind of ['task', 'mmap', 'switch', 'namespace', 'cgroup', 'bpf']) {
      const { different, lines } = compared(['-i', path, `--show-${kind}-events`]);
      expect(different).toEqual([]);
      const shown = lines.filter((line) => line.includes('PERF_RECORD_'));
      if (!['cgroup', 'bpf'].includes(kind)) expect(shown.length).toBeGreaterThan(10);
    }
    const all = ['task', 'mmap', 'switch', 'namespace'].map((kind) => `--show-${kind}-events`);
    expect(compared(['-i', path, ...all, '-F', 'comm,pid,tid,time']).different).toEqual([]);
    expect(compared(['-i', path, ...all, '-C', '1']).different).toEqual([]);
  });

  it('prints where the kernel changed its own code', () => {
    const [path, poked] = [file('plain.data'), file('poked.data')];
    perf(['record', '-q', '-g', '-F', '2000', '-o', path, '--', 'ls', '-lR', '/usr/share/doc']);
    const start = /^(\w+) \w vfs_read$/mu.exec(readFileSync('/proc/kallsyms', 'utf8'))?.[1] ?? '';
    for (const address of [BigInt(`0x${start}`), 0x10n]) {
      writeFileSync(poked, withPokes(readFileSync(path), address));
      const { different, lines } = compared(['-i', poked, '--show-text-poke-events']);
      expect(different).toEqual([]);
      expect(lines.filter((line) => line.includes('PERF_RECORD_TEXT_POKE')).length).toBe(MOST_POKES);
      if (address > 0x10n) expect(lines.some((line) => line.includes(' vfs_read+0x10 old len 6 '))).toBe(true);
    }
  });

  it('prints where the kernel had no room', () => {
    const path = file('lossy.data');
    perf([
      'record',
      '-q',
      '-m',
      '1',
      '-e',
      'raw_syscalls:sys_enter',
      '-o',
      path,
      '--',
      'dd',
      'if=/dev/zero',
      'of=/dev/null',
      'bs=1',
      'count=50000',
    ]);
    const { different, lines } = compared(['-i', path, '--show-lost-events']);
    expect(lines.filter((line) => line.includes('PERF_RECORD_LOST')).length).toBeGreaterThan(0);
    expect(different).toEqual([]);
  });

  describe('of what it is told to', () => {
    const [path, mixed] = [file('told.data'), file('mixed.data')];
    if (isRoot && hasPerf) {
      // Enough of it that each of the functions has samples.
      const load = 'for i in 1 2 3 4; do ls -lR /usr/share/doc > /dev/null; done';
      perf(['record', '-q', '-g', '-F', '3000', '-o', path, '--', 'sh', '-c', load]);
      perf(['record', '-q', '-e', 'cpu-clock', '-e', 'sched:sched_process_*', '-o', mixed, '--', 'sh', '-c', 'ls; ls']);
    }

    it.each([
      ['functions', path, ['-S', 'link_path_walk,do_syscall_64']],
      ['programs', path, ['--dsos', 'ls,libc.so.6']],
      ['functions of a program', path, ['--dsos', '[kernel.kallsyms]', '-S', 'statx,link_path_walk']],
      ['short call chains', path, ['--max-stack', '3']],
      ['call chains of one', path, ['--max-stack', '1', '-F', '+srcline']],
      ['call chains up to a function', path, ['--stop-bt', 'do_syscall_64,vfs_statx']],
      ['call chains that are both', path, ['--max-stack', '5', '--stop-bt', 'vfs_statx']],
      ['fields of tracepoints', mixed, ['-F', 'trace:comm,event,trace']],
      ['fields of software events', mixed, ['-F', 'sw:comm,ip,sym']],
      ['fields of both, one after the other', mixed, ['-F', 'sw:ip,sym', '-F', 'trace:event,trace', '-F', 'sw:+dso']],
      ['no fields of tracepoints', mixed, ['-F', 'trace:']],
    ])('prints %s as perf does', (_, from, args) => {
      const { different, lines } = compared(['-i', from, ...args]);
      expect(lines.length).toBeGreaterThan(5);
      expect(different).toEqual([]);
    });

    it('prints what the recording says of its making, and its bytes, as report does', () => {
      const [header, samples] = [['--header-only'], []].map((more) => syswide(['script', '-i', path, ...more]).stdout);
      expect(header).toContain('# cmdline : ');
      expect(syswide(['script', '-i', path, '--header']).stdout).toBe(`${header}${samples}`);
      const [dump, reported] = ['script', 'report'].map((command) => syswide([command, '-i', path, '-D']).stdout);
      expect(dump).toContain('PERF_RECORD_SAMPLE');
      expect(dump).toBe(reported);
    });
  });

  it('prints a tracepoint with its call chain, and one of a command without CPUs', () => {
    const path = file('some.data');
    perf([
      'record',
      '-q',
      '-g',
      '-e',
      'sched:sched_process_exec,sched:sched_process_exit',
      '-o',
      path,
      '--',
      'sh',
      '-c',
      'ls; ls',
    ]);
    expect(compared(['-i', path]).different).toEqual([]);
    perf(['record', '-q', '-F', '5000', '-o', path, '--', 'ls', '-lR', '/usr/share/doc']);
    expect(compared(['-i', path]).different).toEqual([]);
  });

  it('takes times relative to the first sample, or to the one before', () => {
    const path = file('time.data');
    perf(['record', '-q', '-a', '-F', '500', '-o', path, '--', 'sleep', '0.3']);
    for (const option of ['--reltime', '--deltatime']) {
      expect(compared(['-i', path, '-F', 'comm,time', option]).different).toEqual([]);
    }
    // The span is then one of such times, too.
    const { different, lines } = compared(['-i', path, '-F', 'comm,time', '--reltime', '--time', '0.05,0.2']);
    expect(different).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  });

  it.each(['cpu', 'addr', '+cpu', '+addr', 'comm,time,cpu'])(
    'refuses -F %s of samples that do not tell it, as perf does',
    (fields) => {
      const path = file('no-cpu.data');
      if (!existsSync(path)) perf(['record', '-q', '-o', path, '--', 'ls', '/']);
      expect(spawnSync('perf', ['script', '-i', path, '-F', fields], { encoding: 'utf8' }).status).not.toBe(0);
      const { status, stdout, stderr } = syswide(['script', '-i', path, '-F', fields]);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(
        /^error\[BAD_FILE\]: cannot show (?:cpu|addr) of the samples — .* -F, or record it with -/u,
      );
    },
  );

  it('leaves out what samples do not tell where one type of events was asked for it', () => {
    const path = file('no-cpu.data');
    expect(compared(['-i', path, '-F', 'sw:comm,time,cpu']).different).toEqual([]);
  });

  it('ends in order when its reader has enough, and refuses what makes no sense', () => {
    const { stdout, stderr } = spawnSync(
      'sh',
      ['-c', `"${process.execPath}" "${launcher}" script -i "${file('chains.data')}" | head -1`],
      { encoding: 'utf8' },
    );
    expect(stdout.split('\n')).toHaveLength(2);
    expect(stderr).toBe('');
    for (const args of [
      ['-F', 'x'],
      ['-F', 'comm,+pid'],
      ['-F', 'nosuch:comm'],
      ['-F', 'ip,symoff'],
      ['--max-stack', '0'],
      ['--reltime', '--deltatime'],
    ]) {
      expect(syswide(['script', '-i', file('chains.data'), ...args])).toMatchObject({ status: 2 });
    }
  });
});
