import { spawn } from 'node:child_process';
import { alternate } from '../alternate';
import type { Bench } from '../bench';
import { exactly, series } from '../findings';
import { finish, firstOutput } from '../finish';
import { lastOnlineCpu } from '../machine';
import type { Row } from '../row';
import { countOf } from '../stat-csv';
import { max, min } from '../statistics';
import type { Argv } from '../tools';

const EVENT = 'raw_syscalls:sys_enter';
const CALLS = 1_000_000;

/** Ends the program's wait, then waits for its end, which closes the pipe: so the counting ends after the last call. */
const GO = ['sh', '-c', 'printf g; cat'];

export const row: Row = {
  name: 'exactness',
  title: `a pinned program that makes ${CALLS} getppid calls, counted with -p and from its start`,
  target: 'exactly its calls and its known others',
  rounds: 5,
  async run(bench) {
    const { tools, rounds } = bench;
    const counting: Counting[] = [
      { name: 'syswide stat -p', attached: true, start: tools.syswide },
      { name: 'syswide stat -- command', attached: false, start: tools.syswide },
      ...(tools.perf ? [{ name: 'perf stat -p', attached: true, start: tools.perf }] : []),
    ];
    const outcomes = await alternate(
      counting.flatMap((one) =>
        [CALLS, 0].map((calls) => ({ name: `${one.name}, N = ${calls}`, run: () => counted(bench, one, calls) })),
      ),
      rounds,
    );
    return {
      series: outcomes.map(({ name, samples }) => series(name, EVENT, '', samples)),
      ratios: [],
      verdicts: counting
        .filter(({ name }) => name.startsWith('syswide'))
        .flatMap(({ name, attached }) => {
          const of = (calls: number) => outcomes.find((one) => one.name === `${name}, N = ${calls}`)?.samples ?? [];
          // Attached, one other call is known: exit_group. From the start, N = 0 tells how many the loader makes.
          const others = attached ? 1 : min(of(0));
          return [
            exactly(`${name}: least count`, min(of(CALLS)), CALLS + others),
            exactly(`${name}: greatest count`, max(of(CALLS)), CALLS + others),
          ];
        }),
      notes: [
        'attached, the one other call is exit_group: the read that waits for the start was entered before',
        'from its start, the others are those of the loader and the C library, as counted with N = 0',
      ],
    };
  },
};

interface Counting {
  readonly name: string;
  /** Whether it is counted from when it waits, by -p, or from its start. */
  readonly attached: boolean;
  start(...args: readonly string[]): Argv;
}

/** Runs the program once and says what was counted. */
async function counted(bench: Bench, { attached, start }: Counting, calls: number): Promise<number> {
  const program: Argv = [bench.programs.path('getppid'), lastOnlineCpu(), String(calls)];
  const stat = ['stat', '-x,', '-e', EVENT];
  if (attached) return attachedCount(program, (pid) => start(...stat, '-p', String(pid), '--', ...GO));
  const [command, ...args] = start(...stat, '--', ...program);
  const run = spawn(command, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  run.stdin?.end('g');
  return countOf((await finish(run)).stderr, EVENT).value;
}

async function attachedCount([path, ...args]: Argv, stat: (pid: number) => Argv): Promise<number> {
  const program = spawn(path, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  // Not its close: Node stops reading a pipe that it hands on.
  const ended = new Promise((resolve) => program.once('exit', resolve));
  try {
    await firstOutput(program.stdout, ended);
    const [command, ...rest] = stat(program.pid ?? 0);
    const run = spawn(command, rest, { stdio: [program.stdout, program.stdin, 'pipe'] });
    return countOf((await finish(run)).stderr, EVENT).value;
  } finally {
    program.kill();
    await ended;
  }
}
