import { describe, expect, it } from 'vitest';
import { SampleTimes } from '../../../../src/report/script/sample-head';

/** What is shown of samples and records that were taken at these times. */
function shown(relative: 'first' | 'previous', ...taken: number[]): number[] {
  const times = new SampleTimes();
  return taken.map((time) => times.since(time, relative));
}

describe('relative times', () => {
  it('are since the first sample, or since the one before', () => {
    expect(shown('first', 500, 520, 550)).toEqual([0, 20, 50]);
    expect(shown('previous', 500, 520, 550)).toEqual([0, 20, 30]);
  });

  it('do not begin at what was there before the recording, and has no time', () => {
    expect(shown('first', 0, 0, 500, 520, 550)).toEqual([0, 0, 0, 20, 50]);
    expect(shown('previous', 0, 0, 500, 520, 550)).toEqual([0, 0, 0, 20, 30]);
  });
});
