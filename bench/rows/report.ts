import { spawnSync } from 'node:child_process';
import { alternate } from '../alternate';
import { withBigRecording } from '../big-recording';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { type Timing, timed } from '../timed';
import type { Argv } from '../tools';

/** What a reader of the text does not see, so that it costs neither side. */
const intoNothing = (argv: Argv): Argv => ['sh', '-c', 'exec "$@" > /dev/null', 'sh', ...argv];

export const row: Row = {
  name: 'report',
  title: 'report --stdio of 20 s of call chains at 25 kHz',
  target: "a tenth of perf's CPU time, a quarter of its memory; cost grows with samples",
  rounds: 3,
  run: (bench) =>
    withBigRecording(bench, 20, async (path) => {
      const { tools, programs, rounds } = bench;
      const args = ['report', '--stdio', '-i', path];
      const contenders = [
        { name: 'syswide', argv: tools.syswide(...args) },
        ...(tools.perf ? [{ name: 'perf', argv: tools.perf(...args) }] : []),
      ].map(({ name, argv }) => ({ name, run: () => timed(programs, intoNothing(argv)) }));
      const outcomes = await alternate(contenders, rounds);
      const figures = outcomes.map(({ name, samples }) => {
        const of = (quantity: string, unit: string, figure: (run: Timing) => number) =>
          series(name, quantity, unit, samples.map(figure));
        return {
          cpu: of('cpu time', 'ms', ({ cpuMs }) => cpuMs),
          memory: of('most memory', 'MiB', ({ maxRssMib }) => maxRssMib),
        };
      });
      const [ours, perf] = figures;
      const ratios = ours && perf ? [ratio(ours.cpu, perf.cpu), ratio(ours.memory, perf.memory)] : [];
      const [cpu, memory] = ratios;
      return {
        series: figures.flatMap((one) => [one.cpu, one.memory]),
        ratios,
        verdicts: [
          ...(cpu ? [atMost("CPU time, times perf's", cpu.ofMedians, 0.1)] : []),
          ...(memory ? [atMost("memory, times perf's", memory.ofMedians, 0.25)] : []),
        ],
        notes: [`${samplesIn(tools.syswide('report', '--stats', '-i', path))} samples`, 'recorded by perf'],
      };
    }),
};

function samplesIn([file, ...args]: Argv): string {
  const { stdout } = spawnSync(file, args, { encoding: 'utf8' });
  return /SAMPLE events: +(\d+)/.exec(stdout)?.[1] ?? 'no';
}
