import { describe, expect, it } from 'vitest';
import { ctlRequest } from '../../../src/cli/ctl-request';

describe('syswide ctl', () => {
  it.each(['enable', 'disable', 'status', 'stop'])('%s', (order) => {
    expect(ctlRequest(order, [])).toEqual({ do: order });
  });

  it.each([
    [['cpus=0-1,3'], { cpus: '0-1,3' }],
    [['cpus=0,2,period=5'], { cpus: '0,2', period: '5' }],
    [['addr=0x1000,len=4,type=rw'], { addr: '0x1000', len: '4', type: 'rw' }],
    [['addr=0x1000', 'period=7'], { addr: '0x1000', period: '7' }],
    [['filter=a == 1 && b ~ "x,len=4"', 'period=7'], { filter: 'a == 1 && b ~ "x,len=4"', period: '7' }],
    [['period=7,filter=a == "x,period=1"'], { period: '7', filter: 'a == "x,period=1"' }],
    [['filter='], { filter: '' }],
  ])('set %j', (values, change) => {
    expect(ctlRequest('set', values)).toEqual({ do: 'set', change });
  });

  it.each<[string, string[], RegExp]>([
    ['explode', [], /use enable, disable/],
    ['enable', ['now'], /takes no value/],
    ['set', [], /nothing to set/],
    ['set', ['cpus'], /no key=value/],
    ['set', ['=1'], /nothing of that name/],
    ['set', ['colour=red'], /set cpus, period/],
    ['set', ['constructor=1'], /set cpus, period/],
    ['set', ['period=1', 'period=2'], /twice/],
    ['set', ['len=4,len=8'], /twice/],
    ['set', ['cpus=0,period=x'], /period=x/],
    ['set', ['addr=0x1,colour=red'], /addr=0x1,colour=red/],
  ])('%s %j is refused', (order, values, why) => {
    expect(() => ctlRequest(order, values)).toThrow(why);
    expect(() => ctlRequest(order, values)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
