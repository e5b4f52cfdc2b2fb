import { spawnSync } from 'node:child_process';
import { alternate } from '../alternate';
import { samplesIn, withBigRecording } from '../big-recording';
import { ratio, series } from '../findings';
import type { Row } from '../row';
import { intoNothing, timed } from '../timed';
import type { Argv } from '../tools';

export const row: Row = {
  name: 'unwinding',
  title: 'report --stdio of 20 s of --call-graph dwarf at 1 kHz',
  target: 'none was set: what copies of stacks cost, and how many are followed to where their thread began',
  rounds: 3,
  run: (bench) =>
    withBigRecording(
      bench,
      20,
      async (path) => {
        const { tools, programs, rounds } = bench;
        const args = ['--stdio', '-i', path];
        const contenders = [
          { name: 'syswide', argv: tools.syswide('report', ...args) },
          // Inlined functions, which syswide shows when it is asked to, are much of its work.
          ...(tools.perf ? [{ name: 'perf --no-inline', argv: tools.perf('report', '--no-inline', ...args) }] : []),
        ].map(({ name, argv }) => ({ name, run: () => timed(programs, intoNothing(argv)) }));
        const outcomes = await alternate(contenders, rounds);
        const all = outcomes.map(({ name, samples }) =>
          series(
            name,
            'cpu time',
            'ms',
            samples.map(({ cpuMs }) => cpuMs),
          ),
        );
        const [ours, perf] = all;
        const shown = ['-i', path, '-F', 'ip,sym'];
        const whole = [`syswide: ${followed(tools.syswide('script', ...shown))}`];
        if (tools.perf) whole.push(`perf: ${followed(tools.perf('script', '--no-inline', ...shown))}`);
        return {
          series: all,
          ratios: ours && perf ? [ratio(ours, perf)] : [],
          verdicts: [],
          notes: [`${samplesIn(tools, path)} samples`, ...whole],
        };
      },
      ['--call-graph', 'dwarf', '-F', '1000', '-m', '16M'],
    ),
};

/** Where programs and threads begin, and what that calls: `_start` of most programs has no name. */
const BEGINNING = / (?:_start|__libc_start_main\S*|clone3)$/mu;
const USER = /^\s+[0-9a-f]{1,15} /u;

/** How many chains with an address of user space there are, and how many end where their thread began. */
function followed([file, ...args]: Argv): string {
  const { stdout } = spawnSync(file, args, { encoding: 'utf8', maxBuffer: 1 << 30 });
  const last = stdout.split('\n\n').map((sample) => sample.trimEnd().split('\n').slice(-2));
  const ofUsers = last.filter((lines) => USER.test(lines.at(-1) ?? ''));
  const whole = ofUsers.filter((lines) => BEGINNING.test(lines.join('\n')));
  return `${whole.length} of ${ofUsers.length} chains in user space end where their thread began`;
}
