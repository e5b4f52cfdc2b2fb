import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { hasPerf, isRoot, launcher, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-no-proc-'));
const path = join(folder, 'a.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As in a bare chroot. */
function withoutProc(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const script = 'umount -l /proc; exec "$0" "$@"';
  const command = ['-m', 'sh', '-c', script, process.execPath, launcher, ...args];
  return spawnSync('unshare', command, { encoding: 'utf8' });
}

describe('where /proc is not mounted', () => {
  it('record writes what perf reads', () => {
    const { status, stderr } = withoutProc('record', '-e', 'page-faults', '-c', '1', '-o', path, '--', 'true');
    expect([status, stderr]).toEqual([0, expect.stringMatching(/^# .*\/proc is not mounted.*\n(# .*\n)+$/)]);
    const samples = Number(/# (\d+) samples in/.exec(stderr)?.[1]);
    expect(samples).toBeGreaterThan(10);
    expect(perf(['script', '-i', path, '-F', 'event']).stdout.trim().split('\n')).toHaveLength(samples);
  });

  it.each([
    ['evlist', '-v'],
    ['script', '-F', 'comm,tid,time,event,ip'],
    ['report', '--sort', 'comm,dso'],
  ])('%s shows the same', (...args) => {
    perf(['record', '-q', '-e', 'page-faults:u', '-c', '1', '-o', path, '--', 'ls', '/']);
    const [bare, usual] = [withoutProc(...args, '-i', path), syswide([...args, '-i', path])];
    expect([bare.status, bare.stdout]).toEqual([0, usual.stdout]);
  });

  it.each([
    [125, 'NO_PERMISSION', ['stat', '-e', 'context-switches', '--', 'true']],
    [1, 'REGISTRY', ['ps']],
  ])('what cannot be done says so: %i, %s', (status, code, args) => {
    // There is a registry to look into.
    syswide(['stat', '-a', '-o', '/dev/null', '-e', 'page-faults', '--', 'true']);
    const outcome = withoutProc(...args);
    expect([outcome.status, outcome.stderr]).toEqual([
      status,
      expect.stringMatching(
        new RegExp(`^error\\[${code}\\]: .*/proc is not mounted: .* — mount -t proc proc /proc\\n$`),
      ),
    ]);
  });
});
