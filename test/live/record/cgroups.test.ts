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

/** So many programs are started in each. */
const runs = [3, 2, 4];
const names = groups?.names ?? [];
const load = (groups?.paths ?? [])
  .map((to, i) => `(mkdir -p ${to}; echo 0 > ${to}/cgroup.procs; ${'/bin/true; '.repeat(runs[i] ?? 0)} :)`)
  .join(';');

function recorded(name: string, options: readonly string[]): string {
  const path = join(folder, name);
  const { status, stderr } = syswide(['record', '-q', '-a', ...options, '-o', path, '--', 'sh', '-c', load]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return path;
}

/** Of a report: the samples and the cgroup of each row. */
const rowsIn = (text: string) =>
  text.split('\n').flatMap((line) => {
    const [, samples, cgroup] = /^ +[\d.]+% +(\d+) {2}(\S+) *$/u.exec(line) ?? [];
    return samples === undefined ? [] : [[cgroup, Number(samples)] as const];
  });

describe('syswide record', () => {
  it('tells which cgroup a sample is of, and perf reads that', () => {
    const path = recorded('all.data', ['--all-cgroups', '-e', 'sched:sched_process_exec']);
    const args = ['-i', path, '-s', 'cgroup', '-n'];
    const rows = rowsIn(perf(['report', '--stdio', ...args]).stdout);
    expect(rows).toEqual(rowsIn(syswide(['report', ...args]).stdout));
    expect(names.map((name) => new Map(rows).get(name))).toEqual(runs);
    // One was made meanwhile; all others before.
    const told = perf(['script', '-i', path, '--show-cgroup-events']).stdout.match(/PERF_RECORD_CGROUP.*/gu) ?? [];
    expect(told[0]).toBe('PERF_RECORD_CGROUP cgroup: 1 /');
    for (const name of names) expect(told.filter((line) => line.endsWith(` ${name}`)).length).toBe(1);
  });

  it('does not tell of those that there are already where that is not wanted', () => {
    const path = recorded('none.data', ['--all-cgroups', '--synth', 'no', '-e', 'sched:sched_process_exec']);
    const rows = rowsIn(perf(['report', '--stdio', '-i', path, '-s', 'cgroup', '-n']).stdout);
    expect(new Set(rows.map(([name]) => name))).toEqual(new Set(['unknown']));
    expect(rows.map(([, samples]) => samples)).toEqual(expect.arrayContaining(runs));
  });

  it('samples the events of some cgroups only with -G', () => {
    const events = 'sched:sched_process_exec,sched:sched_process_exit';
    const path = recorded('some.data', ['-e', events, '-G', names.slice(0, 2).join(',')]);
    const lines = perf(['script', '-i', path, '-F', 'comm,event']).stdout.split('\n');
    const count = (text: string) => lines.filter((line) => line.includes(text)).length;
    // Of what is begun in one, and of what ends in the other, where the shell itself does, too.
    expect([count('true sched:sched_process_exec'), count('sched_process_exec')]).toEqual([runs[0], runs[0]]);
    expect([count('true sched:sched_process_exit'), count('sched_process_exit')]).toEqual([
      runs[1],
      (runs[1] ?? 0) + 1,
    ]);
  });
});
