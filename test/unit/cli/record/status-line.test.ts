import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { cpu } from '../../../../src/base/units';
import { StatusLine, statusText } from '../../../../src/cli/record/status-line';
import type { Progress } from '../../../../src/recording/record-request';

const progress = (samples: readonly number[], more: Partial<Progress> = {}): Progress => ({
  samplesOn: new Map(samples.map((count, i) => [cpu(i), count])),
  lost: 0n,
  bytes: 3 << 19,
  files: 0,
  ...more,
});

describe('the status of a recording', () => {
  it('has samples a second by CPU since the last time, losses, size and time', () => {
    expect(statusText(progress([5000, 21_000]), progress([1000, 1000]), 1, 12)).toBe(
      '12 s  24.0k samples/s (cpu0 4000, cpu1 20.0k)  lost 0  1.5 MiB',
    );
    expect(statusText(progress([7], { lost: 3n }), undefined, 1, 1)).toBe('1 s  7 samples/s  lost 3  1.5 MiB');
  });

  it('has the least and the most busy CPU of many', () => {
    const many = Array.from({ length: 100 }, (_, i) => (i === 7 ? 0 : i === 50 ? 900 : 10));
    expect(statusText(progress(many), undefined, 1, 1)).toContain('(cpu7 0 to cpu50 900)');
  });

  it('counts anew with every file', () => {
    const now = progress([10], { files: 1 });
    expect(statusText(now, progress([1000]), 1, 2)).toBe('2 s  10 samples/s  lost 0  1.5 MiB  file 2');
  });
});

describe('the status line', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }));
  afterEach(() => void vi.useRealTimers());

  it('is drawn once a second, no wider than the terminal, and taken away in the end', () => {
    const written: string[] = [];
    const line = new StatusLine(
      () => progress([1, 2]),
      (text) => written.push(text),
      () => 20,
    );
    vi.advanceTimersByTime(2500);
    expect(written).toHaveLength(2);
    expect(written).toEqual(['0 s  3 samples/s (c', '0 s  0 samples/s (c'].map((line) => `\r\u001B[K${line}\r`));
    line.close();
    line.close();
    expect(written.slice(2)).toEqual(['\r\u001B[K']);
    vi.advanceTimersByTime(2500);
    expect(written).toHaveLength(3);
  });

  it('takes nothing away where it was never drawn', () => {
    const written: string[] = [];
    new StatusLine(
      () => progress([]),
      (text) => written.push(text),
      () => 80,
    ).close();
    expect(written).toEqual([]);
  });
});
