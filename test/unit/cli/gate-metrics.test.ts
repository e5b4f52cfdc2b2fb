import { describe, expect, it } from 'vitest';
import { gateMetrics } from '../../../src/cli/gate/gate-metrics';

const shown = (metrics: readonly string[], events: readonly string[] = []) =>
  gateMetrics(metrics, events).map(({ name, threshold }) => `${name} ${threshold}`);

describe('the metrics of a gate', () => {
  it('are the time where nothing is asked for', () => {
    expect(shown([])).toEqual(['time 0.02']);
  });

  it('are one for each event of a list or a group, on either option', () => {
    expect(shown(['a,b:+5%', 'user'])).toEqual(['a 0.05', 'b 0.05', 'user 0.02']);
    expect(shown(['{a,b}'], ['c,{d,e}'])).toEqual(['a 0.01', 'b 0.01', 'c 0.01', 'd 0.01', 'e 0.01']);
  });

  it('keep what the modifiers of their group say of each', () => {
    expect(shown([], ['{a,b:k}:uS', '{c:pp,d}:pD'])).toEqual(['a:u 0.01', 'b:ku 0.01', 'c:ppp 0.01', 'd:p 0.01']);
  });

  it('may be events with an offset in their names', () => {
    expect(shown(['mem:jiffies+4:w', 'mem:jiffies+8:w:+5%'], ['uprobe:/bin/true:main+4'])).toEqual([
      ...['mem:jiffies+4:w 0.01', 'mem:jiffies+8:w 0.05', 'uprobe:/bin/true:main+4 0.01'],
    ]);
    for (const text of ['user:+2', 'user:2%', 'user+2%', 'user:+2%%', 'user:+'])
      expect(() => shown([text])).toThrow(/metric/);
  });

  it('have the threshold that was given for them, also where they are named again', () => {
    expect(shown(['a:+5%', 'a:+6%', 'b'], ['a,c'])).toEqual(['a 0.06', 'b 0.01', 'c 0.01']);
  });
});
