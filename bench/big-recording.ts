import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench';
import { timed } from './timed';
import type { Tools } from './tools';

/** Short processes and long ones, deep call chains, both CPUs busy. */
const FILE_TREE = `w() { while :; do find /usr -xdev -type f | head -20000 | xargs -n 200 stat > /dev/null 2>&1
find /usr -xdev -name '*x*' | wc -l > /dev/null; done; }; w & w`;

/** Call chains by frame pointers at 25 kHz: about 47,000 samples a second on two CPUs. */
const CHAINS = ['-g', '-F', '25000', '-m', '8M'];

/**
 * Has perf record the whole machine under load for so long, and calls `use` with the file.
 * @throws Error where perf is not installed
 */
export async function withBigRecording<T>(
  { tools, programs }: Bench,
  seconds: number,
  use: (path: string) => Promise<T>,
  how: readonly string[] = CHAINS,
): Promise<T> {
  if (!tools.perf) throw new Error('perf is needed: it makes the recording');
  const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
  try {
    const path = join(folder, 'perf.data');
    const options = ['-q', '-a', ...how, '-o', path];
    timed(
      programs,
      tools.perf('record', ...options, '--', 'sh', '-c', `timeout ${seconds} sh -c "$1"; true`, 'sh', FILE_TREE),
    );
    return await use(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of a first recording, and how much longer than it tells another one is, as a load is never quite the same. */
const [FIRST_SECONDS, MARGIN] = [5, 1.1];

/** The same with so many samples: machines differ in how many they take in a second. */
export async function withSamples<T>(bench: Bench, samples: number, use: (path: string) => Promise<T>): Promise<T> {
  const perSecond = await withBigRecording(
    bench,
    FIRST_SECONDS,
    async (path) => samplesIn(bench.tools, path) / FIRST_SECONDS,
  );
  return await withBigRecording(bench, Math.ceil((MARGIN * samples) / perSecond), use);
}

/** How many samples a recording has. */
export function samplesIn({ syswide }: Tools, path: string): number {
  const [file, ...args] = syswide('report', '--stats', '-i', path);
  const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return Number(/SAMPLE events: +(\d+)/.exec(stdout)?.[1]);
}
