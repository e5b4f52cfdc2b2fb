import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate';
import { atMost } from '../findings';
import { recorders, recordingFigures } from '../recording';
import type { Row } from '../row';

const SECONDS = 3;
const RING = '4M';

export const row: Row = {
  name: 'record-syscalls',
  title: `record -a -e raw_syscalls:sys_enter -m ${RING} for ${SECONDS} s, dd on every CPU`,
  target: "share kept and CPU time per record at least as good as perf's",
  rounds: 5,
  async run(bench) {
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    try {
      const dd = `timeout ${SECONDS} dd if=/dev/zero of=/dev/null bs=1 status=none`;
      const load = `${Array(availableParallelism()).fill(dd).join(' & ')}; wait; true`;
      const options = ['-a', '-e', 'raw_syscalls:sys_enter', '-m', RING, '--', 'sh', '-c', load];
      const outcomes = await alternate(recorders(bench, join(folder, 'perf.data'), options), bench.rounds);
      const { ours, perf, series, ratios } = recordingFigures(outcomes);
      return {
        series,
        ratios,
        verdicts: [
          ...ratios.map(({ of, ofMedians }) => atMost(`CPU time per record of ${of}, times perf's`, ofMedians, 1)),
          ...(perf ? [atMost("perf's kept share over syswide's", perf.kept.median / ours.kept.median, 1)] : []),
        ],
        notes: [
          'the CPU time is that of the whole run, with what each does once it has ended',
          'what the files hold is counted by the same reader, whoever wrote them',
        ],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
