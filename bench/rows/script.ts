import { alternate } from '../alternate';
import { withBigRecording } from '../big-recording';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { intoNothing, timed } from '../timed';

export const row: Row = {
  name: 'script',
  title: 'script of 20 s of call chains at 25 kHz',
  target: "CPU time at most perf's",
  rounds: 3,
  run: (bench) =>
    withBigRecording(bench, 20, async (path) => {
      const { tools, programs, rounds } = bench;
      const contenders = [
        { name: 'syswide', argv: tools.syswide('script', '-i', path) },
        ...(tools.perf ? [{ name: 'perf', argv: tools.perf('script', '-i', path) }] : []),
      ].map(({ name, argv }) => ({ name, run: () => timed(programs, intoNothing(argv)) }));
      const outcomes = await alternate(contenders, rounds);
      const cpu = outcomes.map(({ name, samples }) =>
        series(
          name,
          'cpu time',
          'ms',
          samples.map(({ cpuMs }) => cpuMs),
        ),
      );
      const memory = outcomes.map(({ name, samples }) =>
        series(
          name,
          'most memory',
          'MiB',
          samples.map(({ maxRssMib }) => maxRssMib),
        ),
      );
      const [ours, perf] = cpu;
      const ratios = ours && perf ? [ratio(ours, perf)] : [];
      return {
        series: [...cpu, ...memory],
        ratios,
        verdicts: ratios.map(({ ofMedians }) => atMost("CPU time, times perf's", ofMedians, 1)),
        notes: ['recorded by perf', 'both print the same lines: test/live/report/script.test.ts'],
      };
    }),
};
