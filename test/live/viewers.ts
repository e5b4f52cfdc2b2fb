import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Viewers that are apart from what the project depends on. */
const folder = fileURLToPath(new URL('../viewers', import.meta.url));

export const hasViewers = existsSync(join(folder, 'node_modules/traceviewer'));

const run = (script: string, args: readonly string[], env = process.env): string =>
  execFileSync(process.execPath, [join(folder, script), ...args], {
    env,
    encoding: 'utf8',
    maxBuffer: 1e9,
    stdio: 'pipe',
  });

/** What the Firefox Profiler makes of a thread. */
export interface ProfiledThread {
  readonly pid: string;
  readonly tid: number;
  readonly name: string;
  readonly samples: number;
  /** How many samples were in a function itself, of those in which most were, by `library!function`. */
  readonly self: ReadonlyMap<string, number>;
}

/** Opens a file in the Firefox Profiler's own command line, which has the code of its page. */
export function inFirefoxProfiler(file: string): ProfiledThread[] {
  const sessions = mkdtempSync(join(tmpdir(), 'syswide-firefox-'));
  const env = { ...process.env, PROFILER_CLI_SESSION_DIR: sessions, PROFILER_CLI_NO_SYMBOLICATE: '1' };
  const profiler = (...args: string[]) =>
    run('node_modules/@firefox-devtools/profiler-cli/dist/profiler-cli.js', args, env);
  try {
    untilReady(() => profiler('load', file));
    const { threads } = JSON.parse(profiler('thread', 'list', '--json', '--limit', '0')) as ThreadList;
    return threads.map(({ threadHandle, ...thread }) => {
      const told = profiler('thread', 'samples', '--json', '--include-idle', '--thread', threadHandle);
      const { categoryBreakdown, topFunctionsBySelf } = JSON.parse(told) as ThreadSamples;
      const self = new Map(topFunctionsBySelf.map(({ name, selfSamples }) => [name, selfSamples]));
      return { ...thread, samples: categoryBreakdown.totalSamples, self };
    });
  } finally {
    profiler('stop', '--all');
    rmSync(sessions, { recursive: true, force: true });
  }
}

/** Its process is given half a second to start, which a busy machine may not have: it says itself to try again. */
function untilReady(load: () => string): void {
  for (let left = 5; ; left -= 1) {
    try {
      load();
      return;
    } catch (error) {
      if (left === 0 || !String(error).includes('did not become ready')) throw error;
    }
  }
}

interface ThreadList {
  readonly threads: readonly (Pick<ProfiledThread, 'pid' | 'tid' | 'name'> & { readonly threadHandle: string })[];
}

interface ThreadSamples {
  readonly categoryBreakdown: { readonly totalSamples: number };
  readonly topFunctionsBySelf: readonly { readonly name: string; readonly selfSamples: number }[];
}

/** What Trace-Viewer, the page of chrome://tracing, makes of a file. */
export interface ViewedTrace {
  readonly samples: readonly {
    /** ms. */
    readonly start: number;
    readonly title: string;
    readonly weight: number;
    readonly cpu: number;
    readonly pid: number;
    readonly tid: number;
    readonly thread: string;
    /** Functions, the innermost first. */
    readonly stack: readonly string[];
  }[];
  readonly warnings: readonly string[];
}

export const inTraceViewer = (file: string): ViewedTrace => JSON.parse(run('trace-viewer.cjs', [file])) as ViewedTrace;
