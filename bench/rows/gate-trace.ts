import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { series } from '../findings';
import type { Row } from '../row';

/** Processes, pipes, the page cache and arithmetic: the noise of a shell script. */
const COMMAND = ['sh', '-c', 'ls -lR /usr/share/doc | sort | gzip > /dev/null'];

/** Gates of so many pairs each. */
const [GATES, PAIRS] = [40, 50];

const metrics = ['time', 'user', 'page-faults', 'context-switches', 'cpu-migrations', 'maxrss'];

export const row: Row = {
  name: 'gate-trace',
  title: 'records runs of one shell script, for gates to be tried on: test/fixtures/gate/aa-noise-shell.csv',
  target: 'none: it is what the row gate needs',
  rounds: 1,
  async run({ tools }) {
    const lines = [metrics.join(',')];
    const times: number[] = [];
    for (let gate = 0; gate < GATES; gate += 1) {
      const asked = metrics.flatMap((metric) => ['--metric', `${metric}:+0.0001%`]);
      const args = ['gate', '--json', '--calibrate', '--pairs', String(PAIRS), ...asked, '--', ...COMMAND];
      const [file, ...rest] = tools.syswide(...args);
      const { stdout, stderr } = spawnSync(file, rest, { encoding: 'utf8', maxBuffer: 1 << 26 });
      if (stdout === '') throw new Error(stderr);
      const { gates } = JSON.parse(stdout) as { gates: { metrics: { values: Record<'base' | 'new', number[]> }[] }[] };
      const values = gates[0]?.metrics.map((metric) => metric.values) ?? [];
      for (const [i, time] of (values[0]?.base ?? []).entries()) {
        times.push(time * 1000);
        for (const which of ['base', 'new'] as const) lines.push(values.map((of) => of[which][i]).join(','));
      }
    }
    mkdirSync('test/fixtures/gate', { recursive: true });
    writeFileSync('test/fixtures/gate/aa-noise-shell.csv', `${lines.join('\n')}\n`);
    return {
      series: [series('the script', 'wall time', 'ms', times)],
      ratios: [],
      verdicts: [],
      notes: [`${lines.length - 1} runs`],
    };
  },
};
