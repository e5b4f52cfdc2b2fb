import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { median } from '../live/hotplug/cpu1';
import { needs } from '../live/needs';
import { isRoot, startSyswide } from '../live/run';
import { isLong, rounds, tell } from './form';

needs(isRoot, 'root');

const folder = mkdtempSync(join(tmpdir(), 'syswide-soak-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const SECONDS = rounds(20 * 60, 16);

/** Memory of V8 settles in the first half minute, which the short form does not outlast. */
const MOST_GROWTH = isLong ? 5 << 20 : 24 << 20;

interface Look {
  readonly memory: number;
  readonly fds: number;
}

/** Bytes that are in memory, and fds. */
function lookAt(pid: number): Look {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/mu.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return { memory: Number(kib) * 1024, fds: readdirSync(`/proc/${pid}/fd`).length };
}

describe('what runs for long', () => {
  const stat = ['stat', '-a', '-I', '100', '-e', 'cpu-clock,context-switches,page-faults', '-o', '/dev/null'];
  const record = ['record', '--overwrite', '-a', '-F', '99', '-g', '-o', join(folder, 'perf.data')];

  it.concurrent.each([
    ['stat -a -I 100', stat],
    ['record --overwrite', record],
  ])(`for ${SECONDS} s takes no more memory and fds: %s`, { timeout: (SECONDS + 60) * 1000 }, async (name, args) => {
    const { process, ended } = startSyswide(args);
    const looks: Look[] = [];
    await new Promise((resolve) => setTimeout(resolve, 2000));
    for (const end = Date.now() + SECONDS * 1000; Date.now() < end; ) {
      looks.push(lookAt(process.pid ?? 0));
      await new Promise((resolve) => setTimeout(resolve, SECONDS * 5));
    }
    process.kill('SIGINT');
    const { status } = await ended;
    const quarter = looks.length >> 2;
    const memory = (part: readonly Look[]) => median(part.map((look) => look.memory));
    const growth = memory(looks.slice(-quarter)) - memory(looks.slice(quarter, 2 * quarter));
    const fds = new Set(looks.map((look) => look.fds));
    tell(
      'soak',
      `${name} for ${SECONDS} s: ${(growth / 2 ** 20).toFixed(1)} MiB more in the last quarter than in the second, ` +
        `fds ${[...fds].join(', ')}`,
    );
    expect(status).toBe(130);
    expect(looks.length).toBeGreaterThan(100);
    expect([...fds]).toHaveLength(1);
    expect(growth).toBeLessThan(MOST_GROWTH);
  });
});
