import { gateMetric } from '../../src/gate/metric';
import type { Verdict as GateVerdict } from '../../src/gate/verdict';
import { atMost, type Series, series, type Verdict } from '../findings';
import {
  fromTrace,
  gateOver,
  lowerBound,
  type Noise,
  otherRules,
  type Random,
  type Runs,
  readTrace,
  type Share,
  shareOf,
  simulated,
  timeMetric,
  upperBound,
} from '../gate-simulation';
import type { Row } from '../row';

/** Gates of each kind. */
const GATES = 20_000;
/** Runs of a gate of 40 pairs. */
const RUNS = 80;

const percent = ({ hits, of }: Share): number => (hits / of) * 100;

export const row: Row = {
  name: 'gate',
  title: 'false alarms and power of gates, on recorded and simulated runs',
  target: 'false alarms at most 1 % (95 % bound: 1.5 %), PASS of what is over at most 1 %; +2 % and +5 % are caught',
  rounds: 1,
  async run() {
    const trace = readTrace('test/fixtures/gate/aa-noise-c.csv');
    const shell = readTrace('test/fixtures/gate/aa-noise-shell.csv');
    const wild: Noise = { sigma: 0.01, drift: 0.05, outliers: 0.05 };
    const sources: Record<string, (random: Random) => Runs> = {
      'recorded wall time': (random) => fromTrace(trace, [0], random, RUNS),
      'recorded CPU time': (random) => fromTrace(trace, [1], random, RUNS),
      'recorded shell script': (random) => fromTrace(shell, [0], random, RUNS),
      'simulated, drift and outliers': (random) => simulated(wild, random),
    };
    const all: Series[] = [];
    const verdicts: Verdict[] = [];
    const told = (of: string, what: string, share: Share) => all.push(series(of, what, '%', [percent(share)]));
    const limit = (figure: string, share: Share, most: number) =>
      verdicts.push(atMost(`${figure}, %`, percent(share), most));

    /** At most 1 %, as far as so many gates can tell: the share itself moves by a tenth of it from seed to seed. */
    const alarmsAtMost = (name: string, alarms: Share) => {
      verdicts.push(atMost(`false alarms at the least (95 %), ${name}, %`, lowerBound(alarms) * 100, 1));
      verdicts.push(atMost(`false alarms at the most (95 %), ${name}, %`, upperBound(alarms) * 100, 1.5));
    };

    let seed = 0;
    const gates = (count: number, happens: (random: Random) => boolean): Share => {
      seed += 1;
      return shareOf(count, seed, happens);
    };
    const verdictIs = (verdict: GateVerdict, runs: Runs, change: number, most: number, random: Random): boolean =>
      gateOver(runs, [timeMetric()], change, most, random)[0]?.verdict === verdict;

    for (const [name, runs] of Object.entries(sources)) {
      const alarms = gates(GATES, (random) => verdictIs('REGRESSED', runs(random), 0, 40, random));
      told(name, 'false alarms', alarms);
      alarmsAtMost(name, alarms);
      const passes = gates(GATES, (random) => verdictIs('PASS', runs(random), timeMetric().threshold, 40, random));
      told(name, 'PASS of what is at the threshold', passes);
      limit(`PASS of what is at the threshold, ${name}`, passes, 1);
      const settled = gates(GATES, (random) => verdictIs('PASS', runs(random), 0, 40, random));
      told(name, 'PASS of what is the same', settled);
      const others = { hyperfine: 0, poop: 0, ratio: 0 };
      gates(GATES, (random) => {
        const said = otherRules(runs(random), 20);
        for (const rule of ['hyperfine', 'poop', 'ratio'] as const) if (said[rule]) others[rule] += 1;
        return false;
      });
      for (const [rule, hits] of Object.entries(others)) told(name, `false alarms of ${rule}`, { hits, of: GATES });
    }

    const names = ['time', 'user', 'page-faults', 'context-switches', 'migrations', 'maxrss'];
    const family = names.map((name) => gateMetric(name, undefined));
    for (const [name, from] of Object.entries({ 'a program': trace, 'a shell script': shell })) {
      const columns = from.columns.map((_, column) => column);
      const alarms = gates(GATES, (random) =>
        gateOver(fromTrace(from, columns, random, RUNS), family, 0, 40, random).some(
          ({ verdict }) => verdict === 'REGRESSED',
        ),
      );
      told(`six metrics of ${name}`, 'false alarms', alarms);
      alarmsAtMost(`six metrics of ${name}`, alarms);
    }

    for (const [sigma, change, most, least] of [
      [0.01, 0.02, 20, 93],
      [0.01, 0.05, 20, 99],
      [0.02, 0.02, 40, 80],
      [0.02, 0.05, 40, 99],
    ] as const) {
      const noise = { sigma, drift: 0, outliers: 0 };
      const caught = gates(GATES, (random) => verdictIs('REGRESSED', simulated(noise, random), change, most, random));
      const what = `+${change * 100} % caught at ${most} pairs`;
      told(`σ = ${sigma * 100} %`, what, caught);
      verdicts.push(atMost(`σ = ${sigma * 100} %, ${what}: missed, %`, 100 - percent(caught), 100 - least));
    }
    return {
      series: all,
      ratios: [],
      verdicts,
      notes: [
        `${GATES} gates each, seeded; σ is that of a run`,
        'of other rules: 20 runs of each command, one command after the other, as those tools run them',
      ],
    };
  },
};
