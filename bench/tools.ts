import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';

/** A command and its arguments. */
export type Argv = readonly [string, ...string[]];

/** The tools that are compared. */
export interface Tools {
  /** As users start it: the launcher's first line finds this same node. */
  syswide(...args: readonly string[]): Argv;
  node(...args: readonly string[]): Argv;
  /** What `require` takes to load syswide's library. */
  readonly library: string;
  /** Absent where perf is not installed. */
  readonly perf: ((...args: readonly string[]) => Argv) | undefined;
  readonly perfVersion: string | undefined;
  readonly syswideVersion: string;
  /** Short, with `+` when the sources differ from it; absent outside of a git checkout. */
  readonly commit: string | undefined;
}

const PERF = '/usr/bin/perf';

/** Finds the tools, and puts this node first into PATH. @throws Error when syswide has not been built */
export function findTools(root: string): Tools {
  const launcher = join(root, 'bin/syswide.js');
  if (!existsSync(join(root, 'dist/cli.cjs'))) throw new Error('syswide is not built: run `npm run build`');
  process.env.PATH = [dirname(process.execPath), process.env.PATH].join(delimiter);
  const perfVersion = versionOfPerf();
  return {
    syswide: (...args) => [launcher, ...args],
    node: (...args) => ['node', ...args],
    library: join(root, 'dist/index.cjs'),
    perf: perfVersion === undefined ? undefined : (...args) => [PERF, ...args],
    perfVersion,
    syswideVersion: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
    commit: commitOf(root),
  };
}

/** `perf version 6.1.187` → `6.1.187`. Debian's perf is a script that fails where no perf fits the kernel. */
function versionOfPerf(): string | undefined {
  const told = spawnSync(PERF, ['--version'], { encoding: 'utf8' });
  return told.status === 0 ? told.stdout.trim().replace('perf version ', '') : undefined;
}

function commitOf(root: string): string | undefined {
  const git = (...args: string[]) =>
    execFileSync('git', ['-C', root, ...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  try {
    // The build makes the launcher executable, which changes no source.
    const changed =
      git('-c', 'core.fileMode=false', 'status', '--porcelain', '--', 'src', 'bin', 'native-shim', '.build') !== '';
    return `${git('rev-parse', '--short', 'HEAD')}${changed ? '+' : ''}`;
  } catch {
    return undefined;
  }
}
