import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root, and perf as the judge');

const folder = mkdtempSync(join(tmpdir(), 'syswide-rates-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Some 10,000 system calls, and a few dozen page faults. On one CPU: each counts by itself how many there are to a sample. */
const load = ['taskset', '-c', '0', 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=5000', 'status=none'];

function record(...args: readonly string[]): void {
  const { status, stderr } = syswide(['record', '-q', '-o', path, ...args, '--', ...load]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

describe('a sample every so many events', () => {
  /** Samples, and the events that they stand for. */
  function counted() {
    const report = JSON.parse(syswide(['report', '-i', path, '--json', '--no-children', '-g', 'none']).stdout);
    const [{ samples, period }] = report.events;
    const seen = perf(['script', '-i', path, '-F', 'comm']).stdout.split('\n').length - 1;
    return { samples, period, seen };
  }

  it.each([
    ['raw_syscalls:sys_enter', 100, 10_000],
    ['raw_syscalls:sys_enter', 7, 10_000],
    ['page-faults', 10, 50],
    ['mem:0x1000:w', 10, 0],
  ])('of %s is one of %i', (event, every, least) => {
    record('-e', event, '-c', `${every}`);
    const { samples, period, seen } = counted();
    expect({ period, seen }).toEqual({ period: samples * every, seen: samples });
    expect(period).toBeGreaterThan(least - every);
    expect(period).toBeLessThan(least + 1000);
  });

  it('is one of each for -c 1, as for tracepoints by default', () => {
    record('-e', 'raw_syscalls:sys_enter');
    const { samples, period } = counted();
    expect(samples).toBeGreaterThan(10_000);
    expect(period).toBe(samples);
  });

  it('of a term is one of so many, too', () => {
    record('-e', 'raw_syscalls:sys_enter/period=1000/');
    expect(counted().samples).toBe(10);
  });
});

describe('terms of an event', () => {
  it.each([
    ['cpu-clock/freq=500/', /sample_freq \}: 500,.* freq: 1,/u],
    ['cpu-clock/call-graph=fp,max-stack=3/', /CALLCHAIN.* sample_max_stack: 3/u],
    ['cpu-clock/call-graph=dwarf,stack-size=4096/', /STACK_USER.* sample_stack_user: 4096/u],
    ['raw_syscalls:sys_enter/call-graph=fp/', /CALLCHAIN/u],
  ])('say how %s is sampled', (event, attr) => {
    record('-e', event);
    expect(perf(['evlist', '-v', '-i', path]).stdout.split('\n')[0]).toMatch(attr);
  });

  it('hold for that event only', () => {
    record('-g', '-e', 'cpu-clock/call-graph=no/,page-faults/period=1/');
    const [clock, faults] = perf(['evlist', '-v', '-i', path]).stdout.split('\n');
    expect(clock).not.toContain('CALLCHAIN');
    expect(faults).toContain('CALLCHAIN');
  });
});
