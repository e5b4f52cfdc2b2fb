import { alternate } from '../alternate';
import { atMost, ratio, series } from '../findings';
import type { Row } from '../row';
import { timed } from '../timed';
import type { Argv } from '../tools';

/** Starting Node itself: what no program on it can fall below. */
const FLOOR = 'node -e 0';
const BARE = 'node -e 0, no certificates';
const VERSION = 'syswide --version';
const STAT = 'syswide stat -x, -- true';
const PERF = 'perf stat -x, -- true';

export const row: Row = {
  name: 'start-up',
  title: 'how long it takes to get going',
  target: 'wall time: syswide --version at most 1.3 × node -e 0, syswide stat -x, -- true at most 1.7 ×',
  rounds: 40,
  async run({ tools, programs, rounds }) {
    const hasCertificates = Boolean(process.env.NODE_EXTRA_CA_CERTS);
    const commands: [string, Argv][] = [
      [FLOOR, tools.node('-e', '0')],
      ...(hasCertificates
        ? [[BARE, ['env', '-u', 'NODE_EXTRA_CA_CERTS', ...tools.node('-e', '0')]] as [string, Argv]]
        : []),
      [VERSION, tools.syswide('--version')],
      [STAT, tools.syswide('stat', '-x,', '--', 'true')],
      ...(tools.perf ? [[PERF, tools.perf('stat', '-x,', '--', 'true')] as [string, Argv]] : []),
    ];
    const outcomes = await alternate(
      commands.map(([name, argv]) => ({ name, run: () => timed(programs, argv) })),
      rounds,
    );
    const all = (['wall', 'cpu'] as const).map((time) =>
      outcomes.map(({ name, samples }) =>
        series(
          name,
          `${time} time`,
          'ms',
          samples.map((sample) => sample[`${time}Ms`]),
        ),
      ),
    );
    const ratios = all.flatMap(([floor, ...others]) => (floor ? others.map((other) => ratio(other, floor)) : []));
    const figure = (of: string) =>
      ratios.find((found) => found.of === of && found.quantity === 'wall time')?.ofMedians ?? Number.NaN;
    return {
      series: all.flat(),
      ratios,
      verdicts: [
        atMost(`${VERSION} / ${FLOOR}, ratio of median wall times`, figure(VERSION), 1.3),
        atMost(`${STAT} / ${FLOOR}, ratio of median wall times`, figure(STAT), 1.7),
      ],
      notes: hasCertificates ? ['Node reads the certificates of NODE_EXTRA_CA_CERTS here, and syswide does not'] : [],
    };
  },
};
