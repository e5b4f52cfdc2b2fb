import { describe, expect, it } from 'vitest';
import { type HeatWindow, windowAfter } from '../../../../src/report/flamegraph/view/heat-window';

const extent = { duration: 1000, lastRow: 3 };

/** The window after keys, from that of before; `shift ArrowUp` for keys with shift. */
const moved = (keys: readonly string[], start?: HeatWindow, within = extent): HeatWindow | undefined =>
  keys.reduce<HeatWindow | undefined>(
    (now, key) => windowAfter(key.replace('shift ', ''), key.startsWith('shift '), now, within),
    start,
  );

describe('the window of the map, moved with keys', () => {
  it('stays as wide as it was at both ends of the recording', () => {
    const rows = { firstRow: 0, lastRow: 3 };
    expect(moved(['ArrowRight'])).toEqual({ from: 50, to: 150, ...rows });
    expect(moved(['ArrowRight', ...new Array<string>(5).fill('ArrowLeft')])).toEqual({ from: 0, to: 100, ...rows });
    expect(moved(new Array<string>(40).fill('ArrowRight'))).toEqual({ from: 900, to: 1000, ...rows });
    expect(moved(['ArrowRight'], { from: 0, to: 1000, ...rows })).toEqual({ from: 0, to: 1000, ...rows });
  });

  it('goes to the first or the last CPU from all of them, and on from there', () => {
    const times = { from: 0, to: 1000 };
    expect(moved(['ArrowDown'])).toEqual({ ...times, firstRow: 0, lastRow: 0 });
    expect(moved(['ArrowUp'])).toEqual({ ...times, firstRow: 3, lastRow: 3 });
    expect(moved(['ArrowDown', 'ArrowDown'])).toEqual({ ...times, firstRow: 1, lastRow: 1 });
    expect(moved(['ArrowUp', 'ArrowUp', 'ArrowDown', 'ArrowDown'])).toEqual({ ...times, firstRow: 3, lastRow: 3 });
    expect(moved(['ArrowDown', 'ArrowUp'], undefined, { ...extent, lastRow: 0 })).toEqual({
      ...times,
      firstRow: 0,
      lastRow: 0,
    });
  });

  it('is widened and narrowed with shift', () => {
    const start = { from: 100, to: 200, firstRow: 1, lastRow: 1 };
    expect(moved(['shift ArrowRight', 'shift ArrowDown'], start)).toEqual({ ...start, to: 250, lastRow: 2 });
    expect(moved(new Array<string>(9).fill('shift ArrowLeft'), start)).toEqual({ ...start, to: 100 });
    expect(moved(new Array<string>(9).fill('shift ArrowUp'), start)).toEqual(start);
  });

  it('does not care for other keys', () => {
    expect(windowAfter('Enter', false, undefined, extent)).toBeUndefined();
  });

  it('is none where there is no CPU', () => {
    expect(windowAfter('ArrowDown', false, undefined, { duration: 0, lastRow: -1 })).toBeUndefined();
  });
});
