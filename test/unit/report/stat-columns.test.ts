import { describe, expect, it } from 'vitest';
import type { StatResult } from '../../../src/counts/stat-result';
import { fittingColumns } from '../../../src/report/stat-columns';
import { type RowView, statRows } from '../../../src/report/stat-rows';
import { command, machine, runs, system, wide, withHistory } from '../../fake/stat-results';
import { byUnit, global } from '../../fake/stat-views';

const heads = (result: StatResult, width: number, view: RowView = { aggregation: global }): string[] =>
  fittingColumns(result, statRows(result, view), width).map(({ head }) => head);

describe('the columns of a page', () => {
  it('are those that have something to show', () => {
    expect(heads(command, 80)).toEqual(['count', 'event', 'per second']);
    expect(heads(runs, 80)).toEqual(['count', '±', 'event', 'per second', '', 'by run']);
  });

  it('go one by one as it gets narrower: pictures, then what follows from the rest', () => {
    const seen: string[][] = [];
    for (let width = 160; width > 10; width -= 1) {
      const own = heads(withHistory, width);
      if (own.join() !== seen.at(-1)?.join()) seen.push(own);
    }
    expect(seen.map((own) => own.slice(2).join(', '))).toEqual([
      'per second, by CPU, by interval, busiest',
      'per second, by interval, busiest',
      'per second, busiest',
      'per second',
      '',
    ]);
  });

  it('of units do without their sizes after the rates, and without what is derived last', () => {
    const at = (width: number) => heads(machine, width, { aggregation: byUnit('socket') });
    expect(at(160)).toEqual(['socket', 'CPUs', 'count', 'event', 'per second', '', 'running']);
    expect(at(90)).toEqual(['socket', 'CPUs', 'count', 'event', '', 'running']);
    expect(at(76)).toEqual(['socket', 'count', 'event', '', 'running']);
    expect(at(60)).toEqual(['socket', 'count', 'event', 'running']);
    // Names and counts are never cut.
    expect(at(10)).toEqual(['socket', 'count', 'event', 'running']);
  });

  it('give pictures what room there is', () => {
    const bars = (width: number) => {
      const rows = statRows(wide, { aggregation: global });
      const picture = fittingColumns(wide, rows, width).find(({ head }) => head === 'by CPU');
      const [, row] = rows;
      return row && picture ? [...picture.cell(row)].length : 0;
    };
    expect(bars(100)).toBe(0);
    expect(bars(160)).toBeGreaterThan(20);
    expect(bars(400)).toBe(256);
    expect(heads(system, 80)).toContain('by CPU');
  });
});
