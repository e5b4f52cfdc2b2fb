import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-lists-'));
const at = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const work = ['--', 'ls', '-R', '/usr/share/doc/bash'] as const;
const groups = 'named{page-faults,cpu-clock},{sched:sched_switch,context-switches,dummy}';
const everything = ['-d', '-W', '--phys-data', '--data-page-size', '--code-page-size', '-s', '-R', '--switch-events'];

/** By name, what records them, and what is asked for. */
const recordings: Readonly<Record<string, readonly [typeof perf, readonly string[]]>> = {
  'perf, by default': [perf, []],
  'perf, all CPUs': [perf, ['-a', '-F', '99']],
  'perf, many kinds of events': [perf, ['-e', 'cpu-clock:u,sched:sched_wakeup,raw_syscalls:sys_enter', '-c', '7']],
  'perf, a breakpoint': [perf, ['-e', 'mem:0x1000:rw', '-e', 'dummy:k']],
  'perf, groups': [perf, ['-e', groups]],
  'perf, counts of a group': [perf, ['-e', '{page-faults,context-switches}:S', '-a', ...everything, '-g']],
  'perf, stacks and registers': [perf, ['--call-graph', 'dwarf', '-k', 'mono', '--namespaces', '-I', '--all-cgroups']],
  'perf, compressed': [perf, ['-z', '-e', 'cpu-clock', '-e', 'page-faults']],
  'perf, without build-ids': [perf, ['-B', '-a', '-d', '-e', 'cpu-clock']],
  'perf, build-ids of mappings': [perf, ['--buildid-mmap', '-e', 'page-faults', '-c', '1']],
  'syswide, by default': [syswide, []],
  'syswide, groups': [syswide, ['-e', '{page-faults,cpu-clock},sched:sched_switch', '-a', '-d']],
  'syswide, a breakpoint': [syswide, ['-e', 'mem:0x1000:w', '-c', '3']],
  'syswide, stacks': [syswide, ['-g', '-F', '333', '-e', 'cpu-clock']],
};

if (isRoot && hasPerf) {
  for (const [name, [recorder, args]] of Object.entries(recordings)) {
    recorder(['record', '-q', '-o', at(name), ...args, ...work]);
  }
}

/** Where an attr has what a test changes, and where its end is. */
const [TYPE, CONFIG, FLAGS, CLOCKID, END] = [0, 8, 40, 92, 128];

/** A recording of one event, each field of whose attr is not 0. */
function withEveryField(): string {
  const bytes = readFileSync(at('perf, by default'));
  const attr = Number(bytes.readBigUInt64LE(24));
  for (let offset = CONFIG; offset < END; offset += 8) bytes.writeBigUInt64LE(0xffff_ffff_ffff_ffffn, attr + offset);
  bytes.writeUInt32LE(4_000_000_000, attr + TYPE);
  bytes.writeBigUInt64LE(0x1ff_ffffn, attr + 24);
  bytes.writeBigUInt64LE(0x1fn, attr + 32);
  bytes.writeBigUInt64LE(0x7_ffffn, attr + 72);
  const path = at('every-field.data');
  writeFileSync(path, bytes);
  return path;
}

/** perf's tip names perf. */
const ofPerf = (args: readonly string[]): string => perf(args).stdout.replace("'perf evlist", "'syswide evlist");

describe.runIf(isRoot && hasPerf)('evlist', () => {
  const details = [
    [],
    ['-v'],
    ['-F'],
    ['-g'],
    ['--trace-fields'],
    ['-v', '-F', '--trace-fields'],
    ['-F', '--trace-fields'],
  ];

  it.each(Object.keys(recordings))('prints what perf prints: %s', (name) => {
    for (const detail of details) {
      const args = ['evlist', ...detail, '-i', at(name)];
      const ours = syswide(args);
      expect(ours).toMatchObject({ status: 0, stderr: '' });
      expect(ours.stdout).toBe(ofPerf(args));
      expect(ours.stdout).not.toBe('');
    }
  });

  it('-v has each field', () => {
    const path = withEveryField();
    const args = ['evlist', '-v', '-i', path];
    // perf has no name for one bit of a sample's type, which the kernel has no event for here.
    expect(syswide(args).stdout.replace('|TRANSACTION', '')).toBe(ofPerf(args));
    const bytes = readFileSync(path);
    const attr = Number(bytes.readBigUInt64LE(24));
    bytes.fill(0, attr + FLAGS, attr + END);
    bytes.writeInt32LE(-3, attr + CLOCKID);
    writeFileSync(path, bytes);
    expect(syswide(args).stdout).toContain(', clockid: -3\n');
    expect(syswide(args).stdout.replace('|TRANSACTION', '')).toBe(ofPerf(args));
  });

  it('shows groups, or what each event is like', () => {
    for (const other of ['-v', '-F']) {
      const { status, stderr } = syswide(['evlist', '-g', other, '-i', at('perf, groups')]);
      expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining('error[USAGE]: --group') });
    }
  });
});

describe.runIf(isRoot && hasPerf)('report --stats', () => {
  it.each(Object.keys(recordings))('counts what perf counts: %s', (name) => {
    const args = ['report', '--stats', '-i', at(name)];
    const ours = syswide(args);
    expect(ours).toMatchObject({ status: 0, stderr: '' });
    expect(ours.stdout).toBe(perf(args).stdout);
  });

  it('counts what went through a pipe', () => {
    const args = [
      'record',
      '-q',
      '-o',
      '-',
      '-e',
      'cpu-clock',
      '--',
      'sh',
      '-c',
      'ls -R /usr/share/doc/bash >/dev/null',
    ];
    writeFileSync(at('piped'), spawnSync('perf', args).stdout);
    const { stdout } = spawnSync('perf', ['report', '--stats', '-i', '-'], { input: readFileSync(at('piped')) });
    expect(syswide(['report', '--stats', '-i', at('piped')]).stdout).toBe(String(stdout));
  });

  it('tells what was lost of each event', () => {
    const args = ['-e', 'page-faults,sched:sched_switch', '-c', '1', '-m', '1', '--call-graph', 'dwarf,65528', '-a'];
    perf(['record', '-q', '-o', at('lossy'), ...args, '--', 'sh', '-c', 'for i in $(seq 300); do ls /; done']);
    const [ours, theirs] = [syswide, perf].map((run) => run(['report', '--stats', '-i', at('lossy')]).stdout);
    expect(ours).toMatch(/stats:\n +SAMPLE events: +\d+\n +LOST_SAMPLES events: +\d+\n/u);
    expect(ours).toBe(theirs);
  });
});

describe.runIf(isRoot && hasPerf)('buildid-list', () => {
  // perf writes the kernel's part of programs into a file of its own, with another name each time.
  const ofPerf = (args: readonly string[]): string => perf(args).stdout.replace(/\/tmp\/perf-vdso\.so-\S+/u, '[vdso]');

  it.each(Object.keys(recordings))('lists what perf lists: %s', (name) => {
    for (const detail of [[], ['-H']]) {
      const args = ['buildid-list', ...detail, '-i', at(name)];
      const ours = syswide(args);
      expect(ours).toMatchObject({ status: 0, stderr: '' });
      expect(ours.stdout).toBe(ofPerf(args));
    }
  });

  it('has the build-id of the kernel that runs, and of a program', () => {
    for (const what of [['-k'], ['-i', process.execPath], ['-i', '/bin/ls']]) {
      const args = ['buildid-list', ...what];
      expect(syswide(args)).toMatchObject({ status: 0, stdout: perf(args).stdout });
    }
  });

  it('has room for a build-id that is shorter than others', () => {
    const program = at('short-id');
    const source = 'int main(){for(volatile int i=0;i<200000000;)i=i+1;}';
    spawnSync('g++', ['-O1', '-Wl,--build-id=md5', '-xc++', '-', '-o', program], { input: source });
    perf(['record', '-q', '-o', at('short'), '--', program]);
    const args = ['buildid-list', '-i', at('short')];
    expect(syswide(args).stdout).toContain(`         ${program}\n`);
    expect(syswide(args).stdout).toBe(ofPerf(args));
  });

  it.runIf(process.arch === 'x64')('has code of JIT compilers in the order in which it was made', () => {
    const program = at('compiler');
    // Waits, and then has code in its memory that counts down from 2^27, and runs it.
    const source = `#include <string.h>
      #include <stdlib.h>
      #include <sys/mman.h>
      #include <unistd.h>
      int main(int, char **words) {
        usleep(atoi(words[1]));
        void *code = mmap(0, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        memcpy(code, "\\xb9\\0\\0\\0\\x08\\xff\\xc9\\x75\\xfc\\xc3", 10);
        ((void (*)())code)();
      }`;
    spawnSync('g++', ['-O1', '-xc++', '-', '-o', program], { input: source });
    // The one that begins first, whose stack is told of first, makes its code last.
    const both = `${program} 400000 & sleep 0.1; ${program} 0; wait`;
    perf(['record', '-q', '-B', '-d', '-e', 'cpu-clock', '-o', at('compiled'), '--', 'sh', '-c', both]);
    const args = ['buildid-list', '-H', '-i', at('compiled')];
    expect(syswide(args).stdout.match(/perf-\d+\.map/gu)).toHaveLength(2);
    expect(syswide(args).stdout).toBe(ofPerf(args));
  });

  it('gives no names to another build than mappings tell of', () => {
    const program = at('changing');
    copyFileSync('/usr/bin/md5sum', program);
    const zeros = `head -c 200M /dev/zero | ${program}`;
    perf(['record', '-q', '--buildid-mmap', '-o', at('changed'), '--', 'sh', '-c', zeros]);
    // Not where perf has put a copy of the right one.
    const env = { HOME: folder };
    const report = () => syswide(['report', '-i', at('changed'), '-s', 'dso,sym'], { env });
    expect(report().stderr).toBe('');
    rmSync(program);
    copyFileSync('/usr/bin/sort', program);
    expect(report().stderr).toContain(`${program} is another build than the one that was recorded`);
  });
});
