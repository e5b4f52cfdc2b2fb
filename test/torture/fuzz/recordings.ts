import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SyswideError } from '../../../src/base/error';
import { run } from '../../../src/cli/program';
import { inOtherOrder } from './byte-order';
import type { Subject } from './subject';

/** Where nothing of this machine is looked up: what is measured is the reading of recordings. */
const folder = mkdtempSync(join(tmpdir(), 'syswide-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const [input, kallsyms, output] = ['input', 'kallsyms', 'output'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
writeFileSync(kallsyms, 'ffffffff81000000 T _text\nffffffff81200000 T one\nffffffff81400000 t two\n');
const places = ['--symfs', folder, '--kallsyms', kallsyms];

/** Of those events that have it: a field that none has is refused. */
const withMore = ['-F', 'sw:+period,+addr', '-F', 'trace:+period,+addr'];

/** Every way in which a recording is read. The first says most of what it is. */
const commands: readonly (readonly string[])[] = [
  ['report', '-i', input, ...places],
  ['script', '-i', input, ...places, ...withMore, '--show-task-events', '--show-mmap-events'],
  ['report', '-i', input, ...places, '--header', '--json', '-s', 'comm,pid,tid,cpu,dso,sym'],
  ['report', '-i', input, ...places, '--no-children', '-g', 'fractal,0,callee', '-n'],
  ['report', '-i', input, ...places, '--no-children', '-g', 'none', '-s', 'cgroup,cpu,socket'],
  ['report', '-i', input, '--header-only'],
  ['report', '-i', input, '--stats'],
  ['script', '-i', input, ...places, '--show-switch-events', '--show-lost-events', '--show-cgroup-events', '--ns'],
  ['diff', input, input, ...places],
  ['report', '-i', input, ...places, '--time', '0,', '--comms', 'own,find,sh', '--hierarchy'],
  ['evlist', '-i', input],
  ['evlist', '-i', input, '-v'],
  ['evlist', '-i', input, '--trace-fields'],
  ['buildid-list', '-i', input],
  ['buildid-list', '-i', input, '-H'],
  ['flamegraph', '-i', input, ...places, '-o', output],
  ['flamegraph', '--diff', input, input, ...places, '-o', output],
  ...['folded', 'speedscope', 'firefox', 'svg', 'chrome-trace', 'pprof'].map((format) => [
    ...['export', '-i', input, ...places, '--format', format, '-o', output],
  ]),
];

/** @returns the exit status */
async function statusOf(argv: readonly string[]): Promise<number> {
  try {
    return await run(argv);
  } catch (error) {
    if (error instanceof SyswideError && error.code === 'BAD_FILE') return 1;
    // Nothing of the file was read then.
    if (error instanceof SyswideError && error.code === 'USAGE') throw new Error(error.message);
    throw error;
  }
}

/** perf.data, through the whole command line but its process: one command of each kind in turn. */
export function recordings(corpus: string): Subject {
  const names = readdirSync(corpus).filter((name) => name.endsWith('.data'));
  let turn = 0;
  return {
    // Another machine's comes last: it is in no file.
    seeds: [
      ...names.map((name) => readFileSync(join(corpus, name))),
      inOtherOrder(readFileSync(join(corpus, 'own.data'))),
    ],
    take: async (bytes) => {
      writeFileSync(input, bytes);
      const command = commands[turn % commands.length] ?? [];
      turn += 1;
      return (await statusOf(command)) !== 0;
    },
  };
}
