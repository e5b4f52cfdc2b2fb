import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { aggregate } from '../../../src/counts/event-count';
import { meanResult } from '../../../src/counts/mean-result';
import type { StatResult } from '../../../src/counts/stat-result';
import { statCsv } from '../../../src/report/stat-csv';
import { statJson } from '../../../src/report/stat-json';
import { hardware, software } from '../../fake/events';
import { system } from '../../fake/stat-results';
import { byUnit, global } from '../../fake/stat-views';

const events = [software('pageFaults'), software('taskClock'), hardware('cpuCycles')];

/**
 * A run of an event that counts on CPUs 0 and 1, one that counts nowhere, and one that is not there. Undefined: nothing ran
 * there; `waiting`: something did, and the event had no turn.
 */
const run = (...values: readonly (bigint | 'waiting' | undefined)[]): StatResult => {
  const readings = [0, 1].flatMap((event) =>
    values.map((own, on) => {
      const value = event === 0 ? own : undefined;
      const enabled = value === undefined ? 0n : 1_000n;
      const counted = value === 'waiting' ? undefined : value;
      const counts = { value: counted ?? 0n, timeEnabled: enabled, timeRunning: counted === undefined ? 0n : enabled };
      return { event, place: { cpu: cpu(on) }, counts };
    }),
  );
  return { ...system, counts: aggregate(events, readings, new Set([2])) };
};

const csv = (runs: readonly StatResult[], aggregation = global): string[][] =>
  statCsv(meanResult(runs), { aggregation, separator: ',' })
    .trimEnd()
    .split('\n')
    .map((line) => line.split(','));

const variances = (runs: readonly StatResult[]) =>
  statJson(meanResult(runs), { aggregation: byUnit('socket') })
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line).variance);

describe('how far the mean of several runs may be off', () => {
  it('has its field also in rows of what no run counted', () => {
    const rows = csv([run(10n, 20n), run(12n, 22n)]);
    expect(rows.map((row) => row[3])).toEqual(['6.25%', '0.00%', '0.00%']);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([8]));
  });

  it('is that of the parts that were counted', () => {
    const runs = [run(undefined, 20n), run(undefined, 30n)];
    expect(csv(runs, byUnit('socket')).map((row) => row[5])).toEqual(['20.00%', '0.00%', '0.00%']);
    expect(variances(runs)).toEqual([20, 0, 0]);
  });

  it('is that of the whole where the work went to other parts', () => {
    const runs = [run(10n, 20n), run(undefined, 30n)];
    expect(csv(runs, byUnit('socket')).map((row) => row[5])).toEqual(['0.00%', '0.00%', '0.00%']);
    expect(variances(runs)).toEqual([0, 0, 0]);
  });

  it('is left empty where a part was counted in some runs only', () => {
    const runs = [run(10n, 20n), run('waiting', 30n)];
    const rows = csv(runs, byUnit('socket'));
    expect(rows.map((row) => row[5])).toEqual(['', '0.00%', '0.00%']);
    expect(new Set(rows.map((row) => row.length))).toEqual(new Set([10]));
    expect(variances(runs)).toEqual([undefined, 0, 0]);
  });
});
