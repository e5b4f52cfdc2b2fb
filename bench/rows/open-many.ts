import { alternate } from '../alternate';
import { ratio, series } from '../findings';
import type { Row } from '../row';
import { type Timing, timed } from '../timed';
import type { Tools } from '../tools';
import { syscallTracepoints } from '../tracepoints';

const MANY = 40;

/** What is compared, each with and without the events. */
const quantities: readonly { readonly name: string; of(timing: Timing): number }[] = [
  { name: 'time until armed', of: ({ startMs, stdout }) => Number(stdout) / 1e6 - startMs },
  { name: 'wall time', of: ({ wallMs }) => wallMs },
  { name: 'cpu time', of: ({ cpuMs }) => cpuMs },
];

export const row: Row = {
  name: 'open-many',
  title: `what it takes to open ${MANY} events on all CPUs`,
  target: 'none set: as near to perf as can be',
  rounds: 15,
  async run({ tools, programs, rounds }) {
    const { events, kind } = manyEvents(tools);
    const contestants = [
      { name: 'syswide', start: tools.syswide },
      ...(tools.perf ? [{ name: 'perf', start: tools.perf }] : []),
    ].map(({ name, start }) => {
      const run = (count: number) => () =>
        timed(
          programs,
          start('stat', '-a', '-x,', '-e', events.slice(0, count).join(','), '--', programs.path('stamp')),
        );
      return { name, many: { name: `${name}, ${MANY}`, run: run(MANY) }, one: { name: `${name}, 1`, run: run(1) } };
    });
    const outcomes = await alternate(
      contestants.flatMap(({ many, one }) => [many, one]),
      rounds,
    );
    const figures = quantities.map(({ name: quantity, of }) => {
      const figuresOf = (name: string) => outcomes.find((outcome) => outcome.name === name)?.samples.map(of) ?? [];
      return contestants.map((contestant) => {
        const [many, one] = [figuresOf(contestant.many.name), figuresOf(contestant.one.name)];
        // Start-up and the rest are in both, so what is left is the events.
        const more = many.map((figure, round) => figure - (one[round] ?? Number.NaN));
        return {
          whole: [series(contestant.many.name, quantity, 'ms', many), series(contestant.one.name, quantity, 'ms', one)],
          more: series(`${contestant.name}, ${MANY - 1} more`, quantity, 'ms', more),
        };
      });
    });
    return {
      series: figures.flatMap((tools) => tools.flatMap(({ whole, more }) => [...whole, more])),
      ratios: figures.flatMap(([ours, perf]) => (ours && perf ? [ratio(ours.more, perf.more)] : [])),
      verdicts: [],
      notes: [
        `the events are ${kind}`,
        `${MANY - 1} more: the run with ${MANY} minus the run with 1 of the same round`,
        'time until armed: from the start of the tool to the start of its command; wall time has the closing too',
      ],
    };
  },
};

/** Events that every kernel has for every CPU, for where tracepoints cannot be listed. */
const software = ['context-switches', 'cpu-migrations', 'page-faults', 'minor-faults', 'major-faults', 'cpu-clock'];

/** Tracepoints, as opening them takes the longest: each has to be looked up by name. */
function manyEvents(tools: Tools): { events: string[]; kind: string } {
  const tracepoints = syscallTracepoints(tools);
  if (tracepoints.length >= MANY) {
    return { events: tracepoints.slice(0, MANY), kind: `the first ${MANY} of syscalls:sys_enter_*` };
  }
  const events = Array.from({ length: MANY }, (_, i) => software[i % software.length] ?? 'context-switches');
  return { events, kind: 'software events, several times each, as no tracepoints can be listed here' };
}
