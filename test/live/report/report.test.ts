import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-report-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Less of the same, for what goes through it again and again. */
const few = join(folder, 'few.data');

/** Many short processes, and two that last: shells, libraries, the kernel. */
const load = (seconds: number) =>
  `timeout ${seconds} sh -c "while :; do ls -lR /usr/share/doc > /dev/null; done" & timeout ${seconds} sh -c "while :; do (:); done"; true`;

if (isRoot && hasPerf) {
  perf(['record', '-q', '-a', '-g', '-F', '5000', '-m', '8M', '-o', path, '--', 'sh', '-c', load(0.7)]);
  perf(['record', '-q', '-a', '-g', '-F', '1000', '-m', '8M', '-o', few, '--', 'sh', '-c', load(0.4)]);
}

interface Row {
  readonly shares: readonly number[];
  readonly rest: string;
}

/** The rows of a report, without their call trees. */
function rowsOf(text: string): Row[] {
  return text.split('\n').flatMap((line) => {
    const [, shares = '', rest = ''] = /^ {3,5}((?: *\d+\.\d\d%){1,2}) {2}(\S.*?) *$/u.exec(line) ?? [];
    return shares === '' ? [] : [{ shares: shares.match(/[\d.]+/gu)?.map(Number) ?? [], rest }];
  });
}

/** `[.] main`, of a row that ends in it. */
const functionIn = (rest: string): string => /\[[.k]\] .*/u.exec(rest)?.[0] ?? '';

/**
 * Functions of what runs although its file is gone, as some of the machine's own programs do: where it can still be read, we
 * know them, and perf does not.
 */
function removedPrograms(): Set<string> {
  const { stdout } = syswide(['report', '-i', path, '--no-children', '-g', 'none', '-s', 'dso,sym']);
  return new Set(rowsOf(stdout).flatMap(({ rest }) => (/\(deleted\) +\[/u.test(rest) ? [functionIn(rest)] : [])));
}

let removed: Set<string> | undefined;

/** Of both, which must be as large to a hundredth and of the same names, in the same order. */
function expectSameRows(args: readonly string[], count: number, file = path): void {
  const [ours, theirs] = [syswide(['report', '-i', file, ...args]), perf(['report', '--stdio', '-i', file, ...args])];
  expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
  removed ??= removedPrograms();
  const isRemoved = (rest: string) => removed?.has(functionIn(rest)) ?? false;
  // Whether an address that nothing is known of is the kernel's is a guess of perf's.
  const known = (text: string) =>
    rowsOf(text).filter(({ rest }) => !/\[unknown\]|0x[\da-f]{16}|\(deleted\) +\[/u.test(rest) && !isRemoved(rest));
  // Rows of one share stand in any order, so those of the last share are left out.
  const inOrder = (rows: readonly Row[]) => {
    const last = rows[count - 1]?.shares[0] ?? 0;
    const sorted = rows.filter(({ shares }) => (shares[0] ?? 0) > last + 0.01);
    return sorted.sort((a, b) => (b.shares[0] ?? 0) - (a.shares[0] ?? 0) || (a.rest < b.rest ? -1 : 1));
  };
  const [found, expected] = [inOrder(known(ours.stdout)), inOrder(known(theirs.stdout))];
  expect(expected.length).toBeGreaterThan(2);
  expect(found.map(({ rest }) => rest.replaceAll(/ +/gu, ' '))).toEqual(
    expected.map(({ rest }) => rest.replaceAll(/ +/gu, ' ')),
  );
  for (const [i, { shares }] of found.entries()) {
    for (const [k, share] of shares.entries()) {
      expect(Math.abs(share - (expected[i]?.shares[k] ?? Number.NaN))).toBeLessThanOrEqual(0.010001);
    }
  }
}

describe('syswide report of a recording of perf', () => {
  it('has the rows of perf report, the 50 largest with the same shares', () => {
    expectSameRows(['--no-children', '-g', 'none'], 50);
  });

  it('has those with a share for callers', () => {
    expectSameRows(['--children', '-g', 'none'], 50);
  });

  it('has no share for callers where there are no call chains, whatever is asked', () => {
    const plain = join(folder, 'no-chains');
    perf(['record', '-q', '-F', '5000', '-o', plain, '--', 'ls', '-lR', '/usr/share/doc']);
    expectSameRows(['--children'], 30, plain);
  });

  it('has all callers of the kernel, where call chains have no kernel part', () => {
    const users = join(folder, 'user-callchains');
    const command = ['sh', '-c', 'ls -lR /usr/share/doc > /dev/null'];
    perf(['record', '-q', '-g', '--user-callchains', '-F', '5000', '-o', users, '--', ...command]);
    expectSameRows(['--children', '-g', 'none', '-s', 'dso'], 30, users);
  });

  it.each([['dso'], ['comm'], ['comm,dso'], ['sym'], ['cpu']])('sorted by %s, too', (keys) => {
    if (keys === 'cpu') {
      const { stdout } = syswide(['report', '-i', path, '--no-children', '-g', 'none', '-s', 'cpu']);
      expect(rowsOf(stdout).reduce((sum, { shares }) => sum + (shares[0] ?? 0), 0)).toBeCloseTo(100, 0);
    } else expectSameRows(['--no-children', '-g', 'none', '-s', keys], 20);
  });

  it('draws the call trees that perf draws, line by line', () => {
    const args = ['-g', 'graph,1,caller', '--percent-limit', '3', '-i', path];
    const trees = (text: string) =>
      text.split('\n').filter((line) => /[|]|--/u.test(line) && !/^#/u.test(line) && !/0x|\[unknown\]/u.test(line));
    const ours = trees(syswide(['report', ...args]).stdout);
    expect(ours.length).toBeGreaterThan(10);
    const theirs = new Set(trees(perf(['report', '--stdio', ...args]).stdout).map((line) => line.trim()));
    const same = ours.filter((line) => theirs.has(line.trim()));
    expect(same.length / ours.length).toBeGreaterThan(0.9);
  });

  it('takes only the samples that are asked for', () => {
    const count = (...args: string[]) => {
      const { stdout } = syswide(['report', '-i', few, '--json', '--no-children', ...args]);
      return (JSON.parse(stdout) as { events: { samples: number }[] }).events[0]?.samples ?? 0;
    };
    const perfCount = (...args: string[]) =>
      perf(['script', '-i', few, '-F', 'comm', ...args])
        .stdout.split('\n')
        .filter((line) => line.trim() !== '').length;
    const all = count();
    expect(all).toBe(perfCount('-G'));
    expect(count('--comms', 'ls')).toBe(all);
    expect(count('--comms', 'ls', '--percentage', 'relative')).toBe(perfCount('-G', '--comms', 'ls'));
    expect(count('-C', '0')).toBe(perfCount('-G', '-C', '0'));
    expect(count('-C', '0') + count('-C', '1')).toBe(all);
    const { stdout } = perf(['script', '-i', few, '-F', 'time']);
    const times = [...stdout.matchAll(/(\d+\.\d+):/gu)].map(([, time]) => Number(time));
    const [from, to] = [times[Math.floor(times.length / 3)], times[Math.floor(times.length / 2)]];
    // Six digits of each are shown.
    const between = count('--time', `${from?.toFixed(6)},${to?.toFixed(6)}`);
    expect(Math.abs(between - perfCount('-G', '--time', `${from?.toFixed(6)},${to?.toFixed(6)}`))).toBeLessThanOrEqual(
      2,
    );
  });

  it('takes samples from parts of the time, as perf does, whoever reads them', () => {
    const lines = (run: typeof syswide, time: string) =>
      run(['script', '-G', '-i', few, '-F', 'time,ip', '--ns', '--time', time]).stdout;
    for (const time of ['10%-40%', '10%/2', '33.3%', '0%-10%,50%-60%', '25%/4, 10%/1', '100%-100%', '5%-5%']) {
      expect(lines(syswide, time)).toBe(lines(perf, time));
    }
    const count = (text: string) => text.trim().split('\n').length;
    const part = count(lines(syswide, '10%-40%'));
    expect(part).toBeGreaterThan(1);
    const { events } = JSON.parse(syswide(['report', '-i', few, '--json', '--time', '10%-40%']).stdout) as {
      events: { samples: number }[];
    };
    expect(events[0]?.samples).toBe(part);
    const { stdout } = syswide(['export', '--format', 'folded', '-i', few, '--time', '10%-40%', '-o', '-']);
    const folded = [...stdout.matchAll(/ (\d+)$/gmu)].map(([, samples]) => Number(samples));
    expect(folded.reduce((sum, samples) => sum + samples, 0)).toBe(part);
    const slices = Array.from({ length: 10 }, (_, i) => lines(syswide, `10%/${i + 1}`)).join('');
    expect(slices).toBe(lines(syswide, '0%-100%'));
  });

  it.each([999, 1000, 1001])('says as perf does that there are %d samples', (count) => {
    const calls = join(folder, 'calls.data');
    const command = ['perl', '-e', `getppid() for 1..${count}`];
    perf(['record', '-q', '-e', 'syscalls:sys_enter_getppid', '-c', '1', '-o', calls, '--', ...command]);
    const samplesIn = (text: string) => /^# Samples: .*$/mu.exec(text)?.[0];
    const expected = samplesIn(perf(['report', '--stdio', '-i', calls]).stdout);
    expect(expected).toContain(" of event 'syscalls:sys_enter_getppid'");
    expect(samplesIn(syswide(['report', '-i', calls]).stdout)).toBe(expected);
  });

  it('tells what is in the file', () => {
    const { stdout } = syswide(['report', '-i', path, '--header-only']);
    const known = ['captured on   ', 'hostname', 'os release', 'nrcpus online', 'cpudesc', 'total memory', 'cmdline'];
    for (const line of [...known, 'time of first sample', 'time of last sample', 'sample duration']) {
      const [ours, theirs] = [stdout, perf(['report', '-i', path, '--header-only']).stdout].map(
        (text) => new RegExp(`^# ${line} : (.*?) *$`, 'mu').exec(text)?.[1],
      );
      expect(theirs).toBeDefined();
      expect(ours).toBe(theirs);
    }
    const [ours, theirs] = [syswide, perf].map((run) => run(['report', '--stats', '-i', path]).stdout);
    expect(ours).toMatch(/ stats:\n +SAMPLE events: +\d+\n/u);
    expect(ours).toBe(theirs);
  });

  it('lists events and build-ids as perf does', () => {
    for (const command of ['evlist', 'buildid-list']) {
      const [ours, theirs] = [syswide([command, '-i', path]), perf([command, '-i', path])];
      expect(ours).toMatchObject({ status: 0, stderr: '' });
      expect(ours.stdout).toBe(theirs.stdout);
      expect(ours.stdout).not.toBe('');
      expect(syswide([command, '-i', join(folder, 'missing')])).toMatchObject({ status: 1, stdout: '' });
    }
  });

  it('has no samples of some CPUs where the recording does not tell which they are from', () => {
    const single = join(folder, 'single.data');
    perf(['record', '-q', '-o', single, '--', 'ls', '/']);
    for (const command of [['report'], ['script'], ['export', '--format', 'folded'], ['flamegraph', '-o', '-']]) {
      const [name = '', ...rest] = command;
      const refused = syswide([name, '-i', single, ...rest, '-C', '0']);
      expect(refused.stderr).toContain(
        'error[BAD_FILE]: cannot take samples of the recording by -C — it does not tell',
      );
      expect(refused).toMatchObject({ status: 1, stdout: '' });
    }
    expect(syswide(['diff', single, single, '-C', '0']).stderr).toContain('error[BAD_FILE]: cannot');
    expect(perf(['script', '-i', single, '-C', '0']).status).not.toBe(0);
    perf(['record', '-q', '--sample-cpu', '-o', single, '--', 'ls', '/']);
    expect(syswide(['script', '-i', single, '-C', '0,1']).stdout).toContain(' cpu-clock');
  });

  it('refuses what is no recording, and options without sense', () => {
    const bad = join(folder, 'bad');
    writeFileSync(bad, 'no recording');
    expect(syswide(['report', '-i', bad])).toMatchObject({ status: 1, stdout: '' });
    expect(syswide(['report', '-i', join(folder, 'missing')]).stderr).toMatch(/^error\[BAD_FILE\]/u);
    for (const args of [
      ['-s', 'x'],
      ['-g', 'x'],
      ['--percent-limit', 'x'],
      ['--time', '1'],
      ['--pid', 'x'],
      ['-C', 'x'],
    ]) {
      expect(syswide(['report', '-i', path, ...args])).toMatchObject({ status: 2 });
    }
  });
});

describe('names', () => {
  const source = join(folder, 'busy.cc');
  const program = join(folder, 'busy');
  const rows = (file: string) => {
    const { stdout } = syswide(['report', '-i', file, '--no-children', '-g', 'none', '--comms', 'busy']);
    return stdout;
  };

  it('of C++ are shown as they are written, and a stripped program has none but itself', () => {
    writeFileSync(
      source,
      `#include <vector>
namespace shop { template <class T> struct Till {
  __attribute__((noinline)) unsigned long sum(const std::vector<T>& v) const { unsigned long s = 0; for (T x : v) s += x * s + 1; return s; } }; }
int main() { std::vector<int> v(100000, 3); shop::Till<int> till; unsigned long s = 0; for (int i = 0; i < 2000; i++) { v[i] = i; s += till.sum(v); } return s == 1; }`,
    );
    execFileSync(process.env.CXX ?? 'g++', ['-O1', '-g0', '-o', program, source]);
    const file = join(folder, 'cxx.data');
    const record = () => perf(['record', '-q', '-F', '5000', '-o', file, '--', program]);
    record();
    expect(rows(file)).toMatch(/^ +[\d.]+% +busy +\[\.\] shop::Till<int>::sum *\n/mu);
    execFileSync('strip', [program]);
    // It is another file now, of the same build or none.
    record();
    expect(rows(file)).toMatch(/^ +[\d.]+% +busy +\[\.\] 0x0000[\da-f]+ *\n/mu);
    expect(rows(file)).not.toContain('shop::');
  });
});
