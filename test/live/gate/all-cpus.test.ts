import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, isRoot } from '../run';
import { CALLS, gated } from './gated';

needs(isRoot, 'root');

const work = compile('gate-work');
afterAll(() => work.dispose());

describe('syswide gate -a', () => {
  it('counts on all CPUs what a command does, without what syswide does', () => {
    const { status, gate } = gated(['-a', '-e', CALLS, '--base', `${work.path} 5000`, '--', work.path, '6000']);
    expect(status).toBe(1);
    expect(gate.metrics[0].base).toBeGreaterThanOrEqual(5000);
    expect(gate.metrics[0].base).toBeLessThan(5100);
  });
});
