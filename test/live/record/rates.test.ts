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

/** Some 10,000 system calls, and a few dozen page faults. */
const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=5000', 'status=none'];

function record(...args: readonly string[]): void {
  const { status, stderr } = syswide(['record', '-q', '-o', path, ...args, '--', ...load]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

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
