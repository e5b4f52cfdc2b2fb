import { alternate } from '../alternate';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { timed } from '../timed';
import type { Argv } from '../tools';

const LIST = 'syswide list';
const JSON_LIST = 'syswide list --json';
const PERF = 'perf list';
/** Starting Node itself: what no program on it can fall below. */
const FLOOR = 'node -e 0';

const LIMIT = 1.5;

export const row: Row = {
  name: 'list',
  title: 'how long it takes to list every event of the machine',
  target: `wall time: syswide list at most ${LIMIT} × perf list, both into a pipe`,
  rounds: 40,
  async run({ tools, programs, rounds }) {
    const commands: [string, Argv][] = [
      [LIST, tools.syswide('list')],
      [JSON_LIST, tools.syswide('list', '--json')],
      [FLOOR, tools.node('-e', '0')],
      ...(tools.perf ? [[PERF, tools.perf('list')] as [string, Argv]] : []),
    ];
    const outcomes = await alternate(
      commands.map(([name, argv]) => ({ name, run: () => timed(programs, argv) })),
      rounds,
    );
    const all = outcomes.map(({ name, samples }) =>
      series(
        name,
        'wall time',
        'ms',
        samples.map(({ wallMs }) => wallMs),
      ),
    );
    const lines = outcomes.map(({ name, samples }) => `${name}: ${samples[0]?.stdout.split('\n').length ?? 0} lines`);
    const [list, json, floor, perf] = all;
    if (!list || !json || !floor) throw new Error('every contender has a series');
    const ratios = [ratio(list, floor), ...(perf ? [ratio(list, perf), ratio(json, perf), ratio(floor, perf)] : [])];
    const toPerf = ratios.find((found) => found.of === LIST && found.to === PERF);
    return {
      series: all,
      ratios,
      verdicts: toPerf ? [atMost(`${LIST} / ${PERF}, ratio of median wall times`, toPerf.ofMedians, LIMIT)] : [],
      notes: [
        ...lines,
        `above ${FLOOR}, ${LIST} takes ${(list.median - floor.median).toFixed(1)} ms: starting Node is the rest`,
      ],
    };
  },
};
