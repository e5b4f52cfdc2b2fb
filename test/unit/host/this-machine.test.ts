import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readCpus, resolveCpus } from '../../../src/host/cpus';
import { HostFiles } from '../../../src/host/host-files';
import { readLimits } from '../../../src/host/limits';
import { findPerfHolders } from '../../../src/host/perf-holders';
import { Pmus } from '../../../src/host/pmus';
import { readPrivileges } from '../../../src/host/privileges';
import { Topology } from '../../../src/host/topology';
import { groupCpus } from '../../../src/host/topology-groups';

const files = new HostFiles();
const cpus = readCpus(files);
const shell = (command: string) => execFileSync('sh', ['-c', command], { encoding: 'utf8' }).trim();

describe('this machine', () => {
  it('has the online CPUs that /proc/cpuinfo lists', () => {
    const listed = readFileSync('/proc/cpuinfo', 'utf8').match(/^processor\s*:\s*\d+/gm) ?? [];
    expect([...cpus.online]).toEqual(listed.map((line) => Number(line.split(':')[1])));
    expect(cpus.online.size).toBeGreaterThanOrEqual(Number(shell('nproc')));
    expect(cpus.online.size).toBe(Number(shell('getconf _NPROCESSORS_ONLN')));
    expect(cpus.online.minus(cpus.present).isEmpty).toBe(true);
    expect(cpus.present.minus(cpus.possible).isEmpty).toBe(true);
    expect(resolveCpus(cpus.online, cpus).online.equals(cpus.online)).toBe(true);
  });

  it('puts every online CPU in one group of each kind', () => {
    const topology = new Topology(files);
    for (const unit of ['socket', 'die', 'cluster', 'core', 'node', 'cache', 'cache1'] as const) {
      const groups = groupCpus(topology, cpus.online, unit);
      expect(groups.reduce((sum, group) => sum + group.cpus.size, 0)).toBe(cpus.online.size);
      expect(new Set(groups.map(({ label }) => label)).size).toBe(groups.length);
    }
  });

  it('has the event sources that every kernel has', () => {
    const types = new Map([...new Pmus(files)].map(({ name, type }) => [name, type]));
    expect(types.get('software')).toBe(1);
    expect(types.get('breakpoint')).toBe(5);
  });

  it('gives this process what the shell sees', () => {
    const limits = readLimits(files);
    expect(String(limits.openFiles.hard)).toBe(shell('ulimit -Hn').replace('unlimited', 'Infinity'));
    expect(limits.filesInUse).toBeGreaterThan(2);
    const privileges = readPrivileges(files);
    expect(privileges.effectiveUid).toBe(process.geteuid?.());
    expect(String(privileges.paranoid)).toBe(shell('cat /proc/sys/kernel/perf_event_paranoid'));
    const bits = BigInt(`0x${shell("sed -n 's/^CapEff:\\t//p' /proc/self/status")}`);
    expect(privileges.capabilities.has('CAP_SYS_ADMIN')).toBe(((bits >> 21n) & 1n) === 1n);
  });

  it('shows who holds perf events, as far as it lets look', () => {
    const { holders, notVisible } = findPerfHolders(files);
    expect(notVisible).toBeGreaterThanOrEqual(0);
    for (const { pid } of holders) expect(pid).not.toBe(process.pid);
  });
});
