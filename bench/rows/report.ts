import { alternate } from '../alternate';
import { samplesIn, withBigRecording } from '../big-recording';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { intoNothing, type Timing, timed } from '../timed';

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
        notes: [`${samplesIn(tools, path)} samples`, 'recorded by perf'],
      };
    }),
};
