import { describe, expect, it } from 'vitest';
import { type Permission, type Privileges, readPrivileges } from '../../../src/host/privileges';
import { FakeFiles } from '../../fake-host';

interface Situation {
  readonly paranoid?: string;
  readonly capabilities?: bigint;
  readonly uid?: number;
  readonly uidMap?: string;
}

const initial = '         0          0 4294967295\n';

function read({ paranoid, capabilities = 0n, uid = 1000, uidMap = initial }: Situation): Privileges {
  const mask = capabilities.toString(16).padStart(16, '0');
  const files = new FakeFiles({
    '/proc/self/status': `Name:\tx\nUid:\t1000\t${uid}\t${uid}\t${uid}\nCapEff:\t${mask}\nSeccomp:\t2\n`,
    '/proc/self/uid_map': uidMap,
    '/proc/sys/kernel/perf_event_mlock_kb': '516\n',
    '/proc/sys/kernel/kptr_restrict': '1\n',
  });
  if (paranoid !== undefined) files.set('/proc/sys/kernel/perf_event_paranoid', `${paranoid}\n`);
  return readPrivileges(files);
}

/** Own tasks, kernel, CPU-wide, raw tracepoints: one letter each. */
function letters({ mayCountOwnTasks, mayCountKernel, mayCountCpuWide, mayUseTracepoints }: Privileges): string {
  const all = [mayCountOwnTasks, mayCountKernel, mayCountCpuWide, mayUseTracepoints];
  return all.map(({ allowed }) => (allowed ? 'y' : '-')).join('');
}

const remedyOf = (permission: Permission) => (permission.allowed ? undefined : permission.remedy);

describe('what an ordinary user may do', () => {
  it.each([
    ['-1', 'yyyy'],
    ['0', 'yyy-'],
    ['1', 'yy--'],
    ['2', 'y---'],
    ['3', '----'],
    ['4', '----'],
  ])('at paranoid level %s: %s', (paranoid, expected) => {
    expect(letters(read({ paranoid }))).toBe(expected);
  });

  it('comes with the reason and the remedy', () => {
    const { mayCountCpuWide, mayCountKernel } = read({ paranoid: '2' });
    expect(mayCountCpuWide).toEqual({
      allowed: false,
      reason: 'kernel.perf_event_paranoid is 2, which forbids counting whole CPUs without CAP_PERFMON',
      remedy:
        'run as root, or sudo sysctl kernel.perf_event_paranoid=0, ' +
        'or sudo setcap cap_perfmon+ep $(readlink -f $(which node))',
    });
    expect(remedyOf(mayCountKernel)).toContain('kernel.perf_event_paranoid=1,');
  });

  it('is not known where /proc is not mounted', () => {
    expect(readPrivileges(new FakeFiles({})).mayCountKernel).toEqual({
      allowed: false,
      reason: '/proc is not mounted: only it tells what this process may do',
      remedy: 'mount -t proc proc /proc',
    });
  });

  it('is nothing on a kernel without perf events', () => {
    const privileges = read({ capabilities: 1n << 38n });
    expect(letters(privileges)).toBe('----');
    expect(privileges.paranoid).toBeUndefined();
    expect(remedyOf(privileges.mayCountOwnTasks)).toContain('CONFIG_PERF_EVENTS');
  });
});

describe('capabilities', () => {
  it.each([
    [38n, 'CAP_PERFMON'],
    [21n, 'CAP_SYS_ADMIN'],
  ])('bit %s lifts every restriction', (bit, name) => {
    const privileges = read({ paranoid: '4', capabilities: 1n << bit });
    expect(letters(privileges)).toBe('yyyy');
    expect(privileges.mayCountCpuWide.reason).toBe(`this process has ${name}`);
  });

  it('are read by their bits', () => {
    const { capabilities } = read({ paranoid: '2', capabilities: (1n << 14n) | (1n << 19n) | (1n << 24n) | 1n });
    expect([...capabilities].sort()).toEqual(['CAP_IPC_LOCK', 'CAP_SYS_PTRACE', 'CAP_SYS_RESOURCE']);
  });

  it('of a user namespace mean nothing, even to its root', () => {
    const everything = { capabilities: (1n << 41n) - 1n, uid: 0, uidMap: '         0     100000      65536\n' };
    const privileges = read({ ...everything, paranoid: '2' });
    expect(privileges.initialUserNamespace).toBe(false);
    expect(letters(privileges)).toBe('y---');
    expect(privileges.mayCountKernel.reason).toContain('user namespace');
    expect(letters(read({ ...everything, paranoid: '-1' }))).toBe('yyyy');
  });
});

it('the other settings are read as they are', () => {
  expect(read({ paranoid: '1', uid: 33 })).toMatchObject({
    effectiveUid: 33,
    seccompFiltered: true,
    paranoid: 1,
    mlockKib: 516,
    kptrRestrict: 1,
  });
  const nothing = readPrivileges(new FakeFiles());
  expect(nothing).toMatchObject({ effectiveUid: process.geteuid?.(), seccompFiltered: false, mlockKib: undefined });
});
