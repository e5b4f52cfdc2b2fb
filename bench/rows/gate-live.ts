import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { atMost, series } from '../findings';
import type { Row } from '../row';
import type { Tools } from '../tools';

/** Statuses of `syswide gate`. */
const REGRESSED = 1;

/** Of one kind of gate: how many are run, with which options, on what, and how many at least or at most are to regress. */
interface Kind {
  readonly name: string;
  readonly gates: number;
  readonly options: readonly string[];
  /** Calls, pages and rounds of test/fixtures/workloads/gate-work.c. */
  readonly base: readonly number[];
  readonly other: readonly number[];
  readonly expected: 'at most 1 %' | 'at least 95 %' | 'at least 99 %';
}

const CALLS = 'syscalls:sys_enter_getppid';

const kinds: readonly Kind[] = [
  {
    name: 'the same short command, time',
    gates: 200,
    options: ['--metric', 'time'],
    base: [0, 0, 2_000_000],
    other: [0, 0, 2_000_000],
    expected: 'at most 1 %',
  },
  {
    name: '20 % more work, user time, 20 pairs',
    gates: 60,
    options: ['--metric', 'user', '--pairs', '20'],
    base: [0, 0, 10_000_000],
    other: [0, 0, 12_000_000],
    expected: 'at least 95 %',
  },
  {
    name: '1 % more page faults, 8 pairs',
    gates: 100,
    options: ['--metric', 'page-faults', '--pairs', '8'],
    base: [0, 5000, 0],
    other: [0, 5050, 0],
    expected: 'at least 99 %',
  },
  {
    name: 'one more system call in 36',
    gates: 50,
    options: ['-e', CALLS, '--pairs', '3'],
    base: [36, 0, 0],
    other: [37, 0, 0],
    expected: 'at least 99 %',
  },
];

export const row: Row = {
  name: 'gate-live',
  title: 'gates of commands that do just so much',
  target: 'of 200 gates of one and the same command 2 regress at most; what takes more is caught',
  rounds: 1,
  async run({ tools, say }) {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    try {
      const program = join(folder, 'gate-work');
      execFileSync('cc', ['-O1', '-o', program, 'test/fixtures/workloads/gate-work.c']);
      const found = kinds.map((kind) => {
        const regressed = regressions(tools, program, kind);
        say(`${kind.name}: ${regressed} of ${kind.gates} regressed`);
        return { kind, percent: (regressed / kind.gates) * 100 };
      });
      return {
        series: found.map(({ kind, percent }) => series(kind.name, `regressed, of ${kind.gates}`, '%', [percent])),
        ratios: [],
        verdicts: found.map(({ kind, percent }) => {
          if (kind.expected === 'at most 1 %') return atMost(`${kind.name}: regressed, %`, percent, 1);
          const missed = kind.expected === 'at least 95 %' ? 5 : 1;
          return atMost(`${kind.name}: missed, %`, 100 - percent, missed);
        }),
        notes: ['each gate is a run of `syswide gate` with another seed'],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function regressions(tools: Tools, program: string, { gates, options, base, other }: Kind): number {
  const command = (numbers: readonly number[]) => [program, ...numbers.map(String)];
  let regressed = 0;
  for (let seed = 1; seed <= gates; seed += 1) {
    const args = [
      'gate',
      '--seed',
      String(seed),
      ...options,
      '--base',
      command(base).join(' '),
      '--',
      ...command(other),
    ];
    const [file, ...rest] = tools.syswide(...args);
    const { status, stderr } = spawnSync(file, rest, { encoding: 'utf8', stdio: ['ignore', 'ignore', 'pipe'] });
    if (status === null || status > 2) throw new Error(`${args.join(' ')}: ${stderr}`);
    if (status === REGRESSED) regressed += 1;
  }
  return regressed;
}
