import { describe, expect, it } from 'vitest';
import { runPairs } from '../../../src/cli/gate/gate-course';
import type { GateRun, GateRunner } from '../../../src/cli/gate/gate-run';
import { gateMetric } from '../../../src/gate/metric';

/** Runs that take 100, and 100 times `factor` of the new command, as long as they are told to. */
function runner(factor: number, change: (run: number, which: string) => Partial<GateRun> = () => ({})) {
  const order: string[] = [];
  const run = async ([which = '']: readonly string[]): Promise<GateRun> => {
    order.push(which);
    const value = which === 'new' ? 100 * factor : 100;
    return { values: [{ value, running: 1 }], isInterrupted: false, ...change(order.length, which) };
  };
  return { order, runner: { run } as unknown as GateRunner };
}

const request = {
  name: 'x',
  base: ['base'],
  new: ['new'],
  metrics: [gateMetric('instructions', undefined)],
  pairs: 40,
};
const setting = { seed: 5, warmup: 1, allowScaled: false, onPair: () => {} };

describe('a gate of two commands', () => {
  it('warms up, and then runs pairs in an order that the seed decides', async () => {
    const orders = [];
    for (const seed of [5, 5, 6]) {
      const { order, runner: one } = runner(1);
      await runPairs(request, one, { ...setting, seed });
      orders.push(order.join());
      expect(order.slice(0, 2)).toEqual(['base', 'new']);
      expect(order.length).toBe(22);
      for (let i = 2; i < order.length; i += 2) expect(new Set(order.slice(i, i + 2)).size).toBe(2);
    }
    expect(orders[0]).toBe(orders[1]);
    expect(orders[0]).not.toBe(orders[2]);
  });

  it('refuses counts that were scaled up, unless it is told not to, and then those of less than half of the time', async () => {
    const scaled = (running: number) => runner(1.5, () => ({ values: [{ value: 100, running }] })).runner;
    await expect(runPairs(request, scaled(0.99), setting)).rejects.toMatchObject({ code: 'GATE_FAILED' });
    await expect(runPairs(request, scaled(0.4), { ...setting, allowScaled: true })).rejects.toMatchObject({
      why: expect.stringContaining('40 % of the time'),
    });
    expect((await runPairs(request, scaled(0.6), { ...setting, allowScaled: true })).verdict).toBe('PASS');
  });

  it('names a pair that does not count, whichever of its runs failed', async () => {
    const failing = runner(1, (run) => (run === 5 ? { failure: 'a CPU came or went meanwhile', values: [] } : {}));
    const outcome = await runPairs(request, failing.runner, setting);
    expect(outcome.invalid).toMatchObject([{ pair: 2, failure: 'a CPU came or went meanwhile' }]);
    expect(outcome.pairs).toBe(10);
  });
});
