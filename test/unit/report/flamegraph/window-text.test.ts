import { describe, expect, it } from 'vitest';
import { cpusText, toldTime, windowText } from '../../../../src/report/flamegraph/view/window-text';

describe('what a page says of its CPUs', () => {
  it('is what report takes for a part of the map', () => {
    expect(windowText(1_500_000_000, 2_000_000_001, [1, 3])).toBe('--time 1.500000000,2.000000001 --cpu 1,3');
    const cpus = [0, 1, 2, 3, 6, 7, 9, ...Array.from({ length: 100 }, (_, i) => 100 + i)];
    expect(windowText(0, 1, cpus)).toBe('--time 0.000000000,0.000000001 --cpu 0-3,6,7,9,100-199');
    expect([cpusText([0]), cpusText([1, 3])]).toEqual(['1 CPU', '2 CPUs']);
  });

  it('has times that report understands as they are meant, of any clock', () => {
    const start = Number(1_795_987_710_905_533_440n);
    for (const time of [0, 1, 127, 129, 820, 1e9 + 77]) {
      const told = toldTime(time, start);
      expect([Math.abs(told - time) <= 128, start + told - start]).toEqual([true, told]);
    }
    expect(toldTime(820, 1e12)).toBe(820);
  });

  it('names none where samples do not tell: report would refuse them', () => {
    expect(windowText(1_500_000_000, 2_000_000_001, [-1])).toBe('--time 1.500000000,2.000000001');
    expect(cpusText([-1])).toBe('CPUs not told');
  });
});
