import { visible } from '../../base/safe-text';
import type { TaskMapping } from '../../profile/task-mappings';
import type { TaskNode } from '../../profile/task-tree';

const [PROT_READ, PROT_WRITE, PROT_EXEC] = [1, 2, 4];

/** Digits of an address. */
const ADDRESS = 12;

/**
 * Threads below those that began them, in perf's words: `--tasks`; with `mappings`, what each has in its memory: `--mmaps`.
 * Source: tasks_print() in tools/perf/builtin-report.c, Linux 6.1.
 */
export function* tasksText(nodes: Iterable<TaskNode>, mappings: boolean): Generator<string> {
  yield `# ${'pid'.padStart(8)} ${'tid'.padStart(8)} ${'ppid'.padStart(8)}  comm\n`;
  for (const { pid, tid, parent, comm, depth, mappings: memory } of nodes) {
    const ids = [pid, tid, parent].map((id) => String(id).padStart(8)).join(' ');
    const indent = ' '.repeat(depth);
    yield `  ${ids} |${indent}${visible(comm)}\n`;
    if (!mappings) continue;
    for (const mapping of memory()) yield `${' '.repeat(ids.length + 4 + depth)}${mappingText(mapping)}\n`;
  }
}

function mappingText({ start, end, protection, isShared, offset, inode, path }: TaskMapping): string {
  const bit = (mask: number, letter: string) => ((protection & mask) === 0 ? '-' : letter);
  const letters = bit(PROT_READ, 'r') + bit(PROT_WRITE, 'w') + bit(PROT_EXEC, 'x') + (isShared ? 's' : 'p');
  const hex = (number: bigint, digits: number) => number.toString(16).padStart(digits, '0');
  return `  ${hex(start, ADDRESS)}-${hex(end, ADDRESS)} ${letters} ${hex(offset, 8)} ${inode} ${visible(path)}`;
}
