import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { alternate } from '../alternate';
import { samplesIn } from '../big-recording';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { intoNothing, timed } from '../timed';

/** Node is a program with some hundred thousand symbols, and the kernel has as many. */
const WORK =
  'for (let i = 0, at = process.hrtime.bigint(); process.hrtime.bigint() - at < 3e8; i++) JSON.parse("[1,2]")';

export const row: Row = {
  name: 'symbols',
  title: 'loading symbols: report of a short recording of Node',
  target: "at most perf's CPU time",
  rounds: 5,
  async run(bench) {
    const { tools, programs, rounds } = bench;
    if (!tools.perf) throw new Error('perf is needed: it makes the recording');
    const folder = mkdtempSync(join(tmpdir(), 'syswide-bench-'));
    try {
      const path = join(folder, 'perf.data');
      timed(programs, tools.perf('record', '-q', '-F', '5000', '-o', path, '--', process.execPath, '-e', WORK));
      const args = ['report', '--stdio', '-i', path];
      const contenders = [
        { name: 'syswide', argv: tools.syswide(...args) },
        { name: 'perf', argv: tools.perf(...args) },
      ].map(({ name, argv }) => ({ name, run: () => timed(programs, intoNothing(argv)) }));
      const outcomes = await alternate(contenders, rounds);
      const [ours, perf] = outcomes.map(({ name, samples }) =>
        series(
          name,
          'CPU time',
          'ms',
          samples.map(({ cpuMs }) => cpuMs),
        ),
      );
      const ratios = ours && perf ? [ratio(ours, perf)] : [];
      return {
        series: [ours, perf].filter((one) => one !== undefined),
        ratios,
        verdicts: ratios.map(({ ofMedians }) => atMost("CPU time, times perf's", ofMedians, 1)),
        notes: [`${samplesIn(tools, path)} samples of Node and the kernel`],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
