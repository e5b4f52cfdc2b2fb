import { describe, expect, it } from 'vitest';
import { askedTimes, timesOfParts, timesSince } from '../../../src/cli/time-spans';

const partsOf = (text: string) => {
  const asked = askedTimes(text);
  return 'parts' in asked ? timesOfParts(asked.parts, 1000, 2000) : asked.times;
};

describe('spans of time', () => {
  it('are ends in seconds, one or several', () => {
    expect(partsOf('1.5,2')).toEqual([{ from: 1_500_000_000, to: 2_000_000_000 }]);
    expect(partsOf('1.5, ')).toEqual([{ from: 1_500_000_000 }]);
    expect(partsOf(',2')).toEqual([{ to: 2_000_000_000 }]);
    expect(partsOf('1,2  3,')).toEqual([{ from: 1e9, to: 2e9 }, { from: 3e9 }]);
  });

  it('are parts of the time that a recording took, which have every moment once', () => {
    expect(partsOf('10%-40%')).toEqual([{ from: 1100, to: 1400, isOpen: true }]);
    expect(partsOf('10%/2')).toEqual([{ from: 1100, to: 1200, isOpen: true }]);
    expect(partsOf('25%')).toEqual([{ from: 1000, to: 1250, isOpen: true }]);
    expect(partsOf('50%/2')).toEqual([{ from: 1500, to: 2000, isOpen: false }]);
    expect(partsOf(' 0% - 2.5%, .5%/2,')).toEqual([
      { from: 1000, to: 1025, isOpen: true },
      { from: 1005, to: 1010, isOpen: true },
    ]);
    expect(partsOf('20%-20%')).toEqual([{ from: 1200, to: 1200, isOpen: false }]);
  });

  it('are moved to where the first sample is, if they count from there', () => {
    expect(timesSince(1000, [{ from: 5, to: 7 }, { from: 9 }, { to: 3 }])).toEqual([
      { from: 1005, to: 1007 },
      { from: 1009 },
      { from: 1000, to: 1003 },
    ]);
  });

  it.each(['', '1', '1,2,3', '1,2 x', ','])('refuses %s: no span', (text) => {
    expect(() => askedTimes(text)).toThrow('is no span of time');
  });

  it('refuses a span that ends before it begins', () => {
    expect(() => askedTimes('2,1.5')).toThrow('it ends before it begins');
    expect(() => askedTimes('1,2 4,3')).toThrow('it ends before it begins');
    expect(askedTimes('2,2')).toEqual({ times: [{ from: 2e9, to: 2e9 }] });
  });

  it.each([
    '%',
    '0%',
    '101%',
    '10%/0',
    '10%/11',
    '0%/1',
    '40%-10%',
    '90%-110%',
    '-10%',
    '10-20%',
    '10%,20%',
    '%-1%',
    '.%',
  ])('refuses %s: no part', (text) => {
    expect(() => askedTimes(text)).toThrow('is no part of the time');
  });
});
