import { describe, expect, it } from 'vitest';
import { isBaseline } from '../../../src/gate/baseline';

const baseline = {
  schema: 'syswide.gate/1',
  kind: 'baseline',
  created: '',
  name: 'gate',
  command: ['true'],
  fingerprint: { cpuModel: '', kernel: '', governor: '', online: '0', syswide: '' },
  metrics: [{ name: 'user', unit: 's', values: [0, 1e-9, 1.8e19] }],
};
const [metric] = baseline.metrics;
const withMetric = (change: object) => ({ ...baseline, metrics: [{ ...metric, ...change }] });

describe('a document', () => {
  it('is a baseline where all of it makes sense', () => {
    expect(isBaseline(baseline)).toBe(true);
    expect(isBaseline(withMetric({ event: 'user:u' }))).toBe(true);
    expect(isBaseline({ ...baseline, noiseFloor: [{ name: 'user', detectablePercent: null }] })).toBe(true);
  });

  it.each([
    ['of a later version', { ...baseline, schema: 'syswide.gate/2' }],
    ['of a result', { ...baseline, kind: 'result' }],
    ['of no metric', { ...baseline, metrics: [] }],
    ['of a metric twice', { ...baseline, metrics: [metric, metric] }],
    ['in a unit that there is not', withMetric({ unit: 'ms' })],
    ['of an event that is no text', withMetric({ event: 1 })],
    ['of too few values', withMetric({ values: [1, 2] })],
    ['of values that nothing takes', withMetric({ values: [1e308, 1e308, 1e308] })],
    ['of values next to nothing', withMetric({ values: [5e-324, 5e-324, 0] })],
    ['of less than nothing', withMetric({ values: [1, 2, -1] })],
    ['of no bound', { ...baseline, noiseFloor: [{ name: 'user', detectablePercent: Number.POSITIVE_INFINITY }] }],
  ])('%s is none', (_, document) => {
    expect(isBaseline(document)).toBe(false);
  });
});
