import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { csvRows, isRoot, syswide } from '../run';

const paranoid = Number(readFileSync('/proc/sys/kernel/perf_event_paranoid', 'utf8'));
const stat = (...args: string[]) => syswide(['stat', ...args], { unprivileged: true });

describe('a user without rights, at perf_event_paranoid 2', () => {
  needs(isRoot && paranoid === 2, 'root, to become nobody, and kernel.perf_event_paranoid at 2');
  it('counts user space in a command, and is told so', () => {
    const { status, stderr: table } = stat('--', 'true');
    // Long notices are wrapped.
    const stderr = table.replace(/\s+/g, ' ');
    expect(status).toBe(0);
    expect(stderr).toMatch(/ task-clock:u /);
    expect(stderr).toMatch(/ page-faults:u /);
    expect(stderr).toMatch(/counted in user space only \(:u\), as kernel.perf_event_paranoid is 2/);
    expect(stderr).toMatch(/sudo sysctl kernel.perf_event_paranoid=1/);
  });

  it('sees no 0 for what happens in the kernel only', () => {
    const rows = csvRows(stat('-x,', '--', 'true').stderr);
    expect(rows.find((row) => row[2] === 'context-switches')?.[0]).toBe('<not supported>');
    const asked = stat('-e', 'context-switches', '--', 'true');
    expect(asked.status).toBe(125);
    expect(asked.stderr).toMatch(/^error\[NO_PERMISSION\]: cannot count context-switches — it happens in the kernel/);
  });

  it('sees none either for what is asked for in the kernel only', () => {
    for (const args of [
      ['-e', 'page-faults:k'],
      ['-e', '{page-faults,cpu-clock}:k'],
      ['--all-kernel', '-e', 'faults'],
    ]) {
      const { status, stderr } = stat(...args, '--', 'true');
      expect(status).toBe(125);
      expect(stderr).toMatch(/^error\[NO_PERMISSION\]: cannot count \S+ — it is asked for in the kernel only, and /);
    }
    const { stderr } = stat('--all-kernel', '--', 'true');
    expect(stderr.replace(/\s+/g, ' ')).toMatch(
      /they are asked for in the kernel only: task-clock, page-faults, cycles,/,
    );
  });

  it('learns that no setting lets it watch the kernel’s memory', () => {
    const { status, stderr } = stat('-e', 'mem:0xffffffff82000000:w', '--', 'true');
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error\[NO_PERMISSION\]: cannot open mem:0xffffffff82000000:w on .* need CAP_SYS_ADMIN, /);
  });

  it('learns which setting or capability it lacks for -a, and how to get it', () => {
    const { status, stderr } = stat('-a', '--', 'true');
    expect(status).toBe(125);
    expect(stderr).toMatch(/^error\[NO_PERMISSION\]: cannot open .* on cpu0 — /);
    expect(stderr).toMatch(/CAP_PERFMON/);
    expect(stderr).toMatch(/sysctl kernel.perf_event_paranoid=0/);
    expect(stderr).toMatch(/setcap/);
  });

  it('may not count somebody else’s process', () => {
    const { status, stderr } = stat('-e', 'task-clock', '-p', '1', '--', 'true');
    expect(status).toBe(125);
    expect(stderr).toMatch(
      /^error\[NO_PERMISSION\]: cannot open task-clock:u on thread 1 — it belongs to somebody else/,
    );
  });
});
