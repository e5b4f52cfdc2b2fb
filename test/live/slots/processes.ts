import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A program that answers every line on its standard input with one on its standard output. */
export interface Talker {
  readonly pid: number;
  /** The next line it prints; `'gone'` when it has ended. */
  readonly next: () => Promise<string>;
  readonly tell: (line: string) => void;
  /** SIGKILL, and waits for its end. */
  readonly kill: () => Promise<void>;
}

const alive = new Set<Talker>();

/** Ends what a failing test leaves behind. */
export async function endAll(): Promise<void> {
  await Promise.all([...alive].map((talker) => talker.kill()));
}

export function talkTo(file: string, args: readonly string[] = []): Talker {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve());
  });
  // What is told to one that was killed is lost.
  child.stdin.on('error', () => {});
  const talker: Talker = {
    pid: child.pid ?? 0,
    next: async () => ((await lines.next()).value as string | undefined) ?? 'gone',
    tell: (line) => void child.stdin.write(`${line}\n`),
    kill: async () => {
      alive.delete(talker);
      child.kill('SIGKILL');
      await ended;
    },
  };
  alive.add(talker);
  return talker;
}

/** Bundles a TypeScript file, so that a process of its own can run it. @returns the bundle's path */
export async function bundle(script: URL): Promise<string> {
  const folder = join(root, 'node_modules/.cache/syswide-test');
  mkdirSync(folder, { recursive: true });
  rmSync(join(folder, 'native'), { force: true });
  symlinkSync(join(root, 'dist/native'), join(folder, 'native'));
  const source = fileURLToPath(script);
  const outfile = join(folder, `${basename(source, '.ts')}.cjs`);
  await build({
    entryPoints: [source],
    outfile,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    logLevel: 'warning',
  });
  return outfile;
}
