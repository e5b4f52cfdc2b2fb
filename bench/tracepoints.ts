import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import type { Argv, Tools } from './tools';

/** The tracepoints of entering system calls, sorted; none where they cannot be listed. */
export function syscallTracepoints(tools: Tools): string[] {
  // perf mounts tracefs where it is not, and leaves it so: both tools then find it mounted in every round.
  if (tools.perf) mountTracefs(tools.perf('list', 'tracepoint'));
  for (const folder of ['/sys/kernel/tracing/events/syscalls', '/sys/kernel/debug/tracing/events/syscalls']) {
    try {
      const names = readdirSync(folder).filter((name) => name.startsWith('sys_enter_'));
      return names.sort().map((name) => `syscalls:${name}`);
    } catch {
      // Not mounted there, or not for us.
    }
  }
  return [];
}

const mountTracefs = ([command, ...args]: Argv) => spawnSync(command, args, { stdio: 'ignore' });
