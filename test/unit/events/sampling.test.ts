import { describe, expect, it } from 'vitest';
import { SampleType } from '../../../src/abi/perf-event';
import { type Sampling, sampled } from '../../../src/events/sampling';
import { software } from '../../fake/events';

const plain: Sampling = { addresses: false, weight: false };
const clock = software('cpuClock');
const rate = (sampling: Partial<Sampling>, event = clock) => sampled(event, { ...plain, ...sampling }).attr;

describe('how often an event is sampled', () => {
  it.each([
    [undefined, 4000n],
    [100_000n, 4000n],
    [1000n, 1000n],
  ])('where the kernel takes %s a second: %i by default', (maxFrequency, frequency) => {
    expect(rate({ maxFrequency })).toMatchObject({ samplePeriod: frequency, flags: { freq: true } });
  });

  it('is every single one of a tracepoint, whatever the kernel takes', () => {
    const { samplePeriod, flags } = rate({ maxFrequency: 1000n }, { ...clock, kind: 'tracepoint' });
    expect({ samplePeriod, freq: flags?.freq }).toEqual({ samplePeriod: 1n, freq: undefined });
  });

  it.each<[string, Partial<Sampling>, Pick<typeof clock, 'settings'>]>([
    ['kernel.perf_event_max_sample_rate is 1000', { frequency: 2000n, maxFrequency: 1000n }, {}],
    ['kernel.perf_event_max_sample_rate is 1000', { maxFrequency: 1000n }, { settings: { frequency: 2000n } }],
    ['that takes no sample', { period: 0n }, {}],
    ['that takes no sample', {}, { settings: { period: 0n } }],
    ['that takes no sample', { frequency: -1n }, {}],
  ])('is refused where %s', (why, sampling, settings) => {
    expect(() => rate(sampling, { ...clock, ...settings })).toThrow(why);
  });
});

describe('terms of sampling that syswide does not know', () => {
  it.each<[string, NonNullable<(typeof clock)['settings']>]>([
    ["'time=0'", { time: false }],
    ["'nr'", { maxEvents: 5n }],
    ["'overwrite'", { overwrite: true }],
    ["'branch_type'", { branchSampleType: 1n }],
    ["'call-graph=lbr'", { callGraph: 'lbr' }],
    ["'aux-output'", { auxOutput: true }],
    ["'aux-action'", { auxAction: 'pause' }],
    ["'aux-sample-size'", { auxSampleSize: 1n }],
    ["'S'", { sampleRead: true }],
  ])('%s is refused', (name, settings) => {
    const refusal = expect.objectContaining({ code: 'NOT_SUPPORTED', why: expect.stringContaining(name) });
    expect(() => rate({}, { ...clock, settings })).toThrow(refusal);
  });

  it.each([{ time: true }, { overwrite: false }, { callGraph: 'no' }, { maxStack: 3 }])('%j is none', (settings) => {
    expect(rate({}, { ...clock, settings }).samplePeriod).toBe(4000n);
  });
});

describe('the period in a sample', () => {
  const faults = software('pageFaults');
  it.each<[string, typeof clock, Partial<Sampling>, boolean]>([
    ['page-faults, every 10', faults, { period: 10n }, false],
    ['page-faults, every one', faults, { period: 1n }, true],
    ['page-faults, by frequency', faults, {}, true],
    ['a tracepoint, every 10', { ...faults, attr: { type: 2, config: 5n } }, { period: 10n }, false],
    ['a breakpoint, every 10', { ...faults, attr: { type: 5, config: 0n } }, { period: 10n }, false],
    ['a probe, every 10', { ...faults, kind: 'probe', attr: { type: 9, config: 0n } }, { period: 10n }, false],
    ['a clock, every 10', clock, { period: 10n }, true],
    ['cycles, every 10', { ...faults, attr: { type: 0, config: 0n } }, { period: 10n }, true],
  ])('of %s', (_, event, sampling, isThere) => {
    const { sampleType = 0n } = rate(sampling, event);
    expect((sampleType & SampleType.period) !== 0n).toBe(isThere);
  });
});

describe('what the kernel knows besides', () => {
  it.each<[string, Partial<Sampling>, typeof clock, boolean]>([
    ['a clock', {}, clock, false],
    ['a clock with -R', { raw: true }, clock, true],
    ['a tracepoint', {}, { ...clock, kind: 'tracepoint' }, true],
  ])('samples of %s', (_what, sampling, event, isThere) => {
    expect(((rate(sampling, event).sampleType ?? 0n) & SampleType.raw) !== 0n).toBe(isThere);
  });
});
