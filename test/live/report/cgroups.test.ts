import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { cgroupFolder } from '../cgroup-folder';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

const folder = mkdtempSync(join(tmpdir(), 'syswide-cgroups-'));
const groups = isRoot && hasPerf ? cgroupFolder(['a', 'b'], ['later']) : undefined;
afterAll(() => {
  groups?.remove();
  rmSync(folder, { recursive: true, force: true });
});

needs(groups !== undefined, 'root, perf, and cgroups that tests may make');

const path = join(folder, 'perf.data');
const plain = join(folder, 'plain.data');

/** So many programs are started in each. */
const runs = [3, 2, 4];

if (groups) {
  const execs = groups.paths.map(
    (to, i) => `(mkdir -p ${to}; echo 0 > ${to}/cgroup.procs; ${'/bin/true; '.repeat(runs[i] ?? 0)} :)`,
  );
  const options = ['-q', '-a', '-e', 'sched:sched_process_exec'];
  perf(['record', ...options, '--all-cgroups', '-o', path, '--', 'sh', '-c', execs.join(';')]);
  perf(['record', ...options, '-o', plain, '--', 'true']);
}

/** Without what perf adds. */
const linesOf = (text: string) =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => !/^#(?: To display| \(Tip|$)|^$/u.test(line));

function both(args: readonly string[]): string[] {
  const [ours, theirs] = [syswide(['report', ...args]), perf(['report', '--stdio', ...args])];
  expect({ status: ours.status, stderr: ours.stderr }).toEqual({ status: 0, stderr: '' });
  expect(linesOf(ours.stdout)).toEqual(linesOf(theirs.stdout));
  return linesOf(ours.stdout);
}

describe('cgroups of a recording of perf', () => {
  it.each([
    ['alone', ['-s', 'cgroup', '-n']],
    ['beside sockets and CPUs', ['-s', 'cpu,socket,cgroup']],
    // Programs that run beside are of many commands, some of which are renamed as they begin.
    ['behind a command', ['-s', 'comm,cgroup', '--comms', 'true']],
  ])('%s are those that perf shows, to the letter', (_what, args) => {
    const lines = both(['-i', path, ...args]);
    for (const name of groups?.names ?? []) expect(lines.some((line) => line.includes(name))).toBe(true);
  });

  it('are N/A where samples do not tell', () => {
    expect(both(['-i', plain, '-s', 'cgroup']).at(-1)).toMatch(/^ +100\.00% {2}N\/A$/u);
  });

  it('have as many samples as programs were started in them, also in documents', () => {
    const { events } = JSON.parse(syswide(['report', '-i', path, '-s', 'cgroup', '--json']).stdout);
    const entries = new Map(events[0].entries.map(({ cgroup, samples }: Record<string, unknown>) => [cgroup, samples]));
    expect(groups?.names.map((name) => entries.get(name))).toEqual(runs);
  });

  it('stand in front of the place in script, which perf 6.1 does not have yet', () => {
    const { stdout, status } = syswide(['script', '-i', path, '-F', 'comm,event,cgroup,ip']);
    expect(status).toBe(0);
    for (const [i, name] of (groups?.names ?? []).entries()) {
      const told = new RegExp(` +true sched:sched_process_exec: {2}${name} +[\\da-f]+$`, 'gmu');
      expect(stdout.match(told)?.length).toBe(runs[i]);
    }
  });

  it('are told of by records, byte for byte as perf tells', () => {
    const args = ['-i', path, '--show-cgroup-events'];
    const cgroupLines = (text: string) => text.split('\n').filter((line) => line.includes('PERF_RECORD_CGROUP'));
    const lines = cgroupLines(syswide(['script', ...args]).stdout);
    expect(lines).toEqual(cgroupLines(perf(['script', ...args]).stdout));
    for (const name of groups?.names ?? []) expect(lines.some((line) => line.endsWith(name))).toBe(true);
  });

  it('cannot be asked for by name where samples do not tell', () => {
    const { stderr, status } = syswide(['script', '-i', plain, '-F', '+cgroup']);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[BAD_FILE\]: cannot show cgroup of the samples .* --all-cgroups\n$/u);
  });
});
