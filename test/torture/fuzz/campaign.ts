import { spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));
export const corpus = join(root, 'test/fixtures/fuzz');

/** Whether there is time for all of it. */
export const isLong = process.env.SYSWIDE_TORTURE === '1';

/** What a child found: see `child.ts`. */
export interface Outcome {
  readonly crashes: readonly string[];
  /** ms of CPU time. */
  readonly slowest: number;
  readonly accepted: number;
  readonly peak: number;
  readonly cases: number;
  /** Truncations of which nothing was said: the number of the seed, and the length. */
  readonly whole: readonly (readonly [seed: number, length: number])[];
  /** The number of a case that never ended. */
  readonly hung?: number;
}

/** Bundles the child once, with what it fuzzes: sources cannot be run as they are. */
export async function bundled(folder: string): Promise<string> {
  const outfile = join(folder, 'dist', 'child.cjs');
  mkdirSync(join(folder, 'dist'), { recursive: true });
  // What commands look for beside themselves.
  cpSync(join(root, 'dist/flamegraph'), join(folder, 'dist/flamegraph'), { recursive: true });
  cpSync(join(root, 'dist/native'), join(folder, 'dist/native'), { recursive: true });
  copyFileSync(join(root, 'dist/demangle.wasm'), join(folder, 'dist/demangle.wasm'));
  await build({
    absWorkingDir: root,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    entryPoints: ['test/torture/fuzz/child.ts'],
    outfile,
    // They have compiled halves, and are found where this package has them.
    external: ['ffi-napi', 'ref-napi', '@2060.io/ref-napi', 'ref-struct-di'],
    define: { 'process.env.SYSWIDE_VERSION': '"0"' },
    logLevel: 'error',
  });
  return outfile;
}

/** Where children keep what they crashed on: it stays when the test has failed. */
export const crashFolder = (): string => mkdtempSync(join(tmpdir(), 'syswide-fuzz-crashes-'));

/** Every case writes a file over the one before, which ext4 brings to the disk at once: memory is no slower for that. */
const TMPDIR = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();

/** Runs a child to its end. @param count how many cases, or every so manieth truncation */
export function fuzz(
  child: string,
  folder: string,
  subject: string,
  count: number | `truncations/${number}`,
  seed: number,
): Promise<Outcome> {
  const args = ['--expose-gc', '--max-semi-space-size=2', child, subject, String(count), String(seed), corpus, folder];
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules'), TMPDIR };
  const running = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe', 'pipe'], env });
  let [told, errors] = ['', ''];
  running.stdio[3]?.on('data', (bytes: Buffer) => {
    told += bytes.toString();
  });
  running.stderr?.on('data', (bytes: Buffer) => {
    // Notices of recordings: of no end.
    errors = (errors + bytes.toString()).slice(-4000);
  });
  return new Promise((resolve, reject) => {
    running.on('error', reject);
    running.on('close', (status, signal) => {
      if (told === '') reject(new Error(`the child ended with ${status ?? signal}: ${errors}`));
      else resolve({ crashes: [], slowest: 0, accepted: 0, peak: 0, cases: 0, whole: [], ...JSON.parse(told.trim()) });
    });
  });
}

/** The same in as many processes as there are CPUs, each with cases of its own. @param count how many cases in all */
export async function fuzzOnAllCpus(child: string, folder: string, subject: string, count: number): Promise<Outcome> {
  const processes = availableParallelism();
  const share = (i: number) => Math.floor((count * (i + 1)) / processes) - Math.floor((count * i) / processes);
  const outcomes = await Promise.all(
    Array.from({ length: processes }, (_, i) => fuzz(child, folder, subject, share(i), i + 1)),
  );
  const sum = (of: (one: Outcome) => number) => outcomes.reduce((total, one) => total + of(one), 0);
  const hung = outcomes.find((one) => one.hung !== undefined)?.hung;
  return {
    crashes: outcomes.flatMap(({ crashes }) => crashes),
    slowest: Math.max(...outcomes.map(({ slowest }) => slowest)),
    accepted: sum(({ accepted }) => accepted),
    peak: Math.max(...outcomes.map(({ peak }) => peak)),
    cases: sum(({ cases }) => cases),
    whole: [],
    ...(hung === undefined ? {} : { hung }),
  };
}
