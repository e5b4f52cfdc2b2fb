import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate';
import { atMost, exactly } from '../findings';
import { recorders, recordingFigures } from '../recording';
import type { Row } from '../row';

const SECONDS = 20;
const FREQUENCY = 25_000;

/** Stacks of many depths in the kernel and in user space, for ever. */
const TREE_WALK = 'while :; do find /usr -type f -name "*.h" -newer /etc/passwd > /dev/null 2>&1; done';

export const row: Row = {
  name: 'record',
  title: `record -a -g -F ${FREQUENCY} for ${SECONDS} s, every CPU busy`,
  target: "no sample lost; CPU time per sample at most perf's",
  rounds: 3,
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    const load = Array.from({ length: availableParallelism() }, () =>
      spawn('sh', ['-c', TREE_WALK], { stdio: 'ignore' }),
    );
    try {
      const options = ['-a', '-g', '-F', `${FREQUENCY}`, '--', 'sleep', `${SECONDS}`];
      const outcomes = await alternate(recorders(bench, join(folder, 'perf.data'), options), bench.rounds);
      const { ours, series, ratios } = recordingFigures(outcomes);
      return {
        series,
        ratios,
        verdicts: [
          exactly('samples that syswide lost, most of a run', ours.lost.max, 0),
          ...ratios.map(({ of, ofMedians }) => atMost(`CPU time per sample of ${of}, times perf's`, ofMedians, 1)),
        ],
        notes: [
          'the CPU time is that of the whole run, with what each does once it has ended',
          'what the files hold is counted by the same reader, whoever wrote them',
        ],
      };
    } finally {
      for (const one of load) one.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
