import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../src/base/error';
import { cpu } from '../../../src/base/units';
import { CpuMask } from '../../../src/host/cpu-mask';

const numbers = (text: string) => [...CpuMask.parse(text)];

describe('parsing a CPU list', () => {
  it.each([
    ['0', [0]],
    ['0-3,8', [0, 1, 2, 3, 8]],
    [' 0-1 , 4\n', [0, 1, 4]],
    ['8,0-1,1', [0, 1, 8]],
    ['10-15:2', [10, 12, 14]],
    ['3-3:7', [3]],
    ['0-15:2/4', [0, 1, 4, 5, 8, 9, 12, 13]],
    ['1-8:1/4', [1, 5]],
    ['0-6:3/4', [0, 1, 2, 4, 5, 6]],
    ['31-33', [31, 32, 33]],
    ['65535', [65535]],
  ])('reads %j', (text, cpus) => {
    expect(numbers(text)).toEqual(cpus);
  });

  it.each([
    ['', 'at character 1, a CPU number is expected, but the list ends'],
    ['  \n', 'at character 4, a CPU number is expected, but the list ends'],
    ['0,', 'at character 3, a CPU number is expected, but the list ends'],
    ['0-x', "at character 3, the last CPU of the range is expected, not 'x'"],
    ['3-1', 'at character 1, the range 3-1 is reversed'],
    ['0 1', "at character 3, a comma or the end is expected, not '1'"],
    ['-1', "at character 1, a CPU number is expected, not '-'"],
    ['8:2', "at character 2, a comma or the end is expected, not ':'"],
    ['0-7:0', 'at character 5, a step of 0 selects nothing'],
    ['0-7:5/4', 'at character 5, 5 CPUs cannot be taken of every 4'],
    ['0-7:0/4', 'at character 5, a step of 0 selects nothing'],
    ['0-65536', 'at character 3, the number is larger than 65535'],
    ['99999999999999999999', 'at character 1, the number is larger than 65535'],
    ['0x3', "at character 2, a comma or the end is expected, not 'x'"],
    ['٣', "at character 1, a CPU number is expected, not '٣'"],
    ['1\u001b[2J', "at character 2, a comma or the end is expected, not '\\x1b'"],
  ])('refuses %j and points at the place', (text, why) => {
    expect(() => CpuMask.parse(text)).toThrow(expect.objectContaining({ code: 'BAD_CPU_LIST', why }));
  });

  it('quotes only the neighbourhood of the place in a long list', () => {
    const text = `${'1,'.repeat(5000)}x${',2'.repeat(5000)}`;
    const thrown = catchError(() => CpuMask.parse(text));
    expect(thrown.what).toBe(`cannot read the CPU list '…${'1,'.repeat(15)}x${',2'.repeat(15).slice(0, -1)}…'`);
    expect(thrown.why).toContain('at character 10001,');
  });
});

describe('a CPU mask', () => {
  const mask = CpuMask.parse('0-3,8,64');

  it('is a set', () => {
    expect(mask.size).toBe(6);
    expect(mask.first).toBe(0);
    expect(mask.has(cpu(8))).toBe(true);
    expect(mask.has(cpu(9))).toBe(false);
    expect(mask.has(cpu(40000))).toBe(false);
    expect(mask.isEmpty).toBe(false);
  });

  it('prints ranges as the kernel does', () => {
    expect(`${mask}`).toBe('0-3,8,64');
    expect(`${CpuMask.of([cpu(5), cpu(4), cpu(5)])}`).toBe('4-5');
  });

  it('has set operations', () => {
    const other = CpuMask.parse('2-9');
    expect(`${mask.union(other)}`).toBe('0-9,64');
    expect(`${mask.intersect(other)}`).toBe('2-3,8');
    expect(`${mask.minus(other)}`).toBe('0-1,64');
    expect(`${other.minus(mask)}`).toBe('4-7,9');
  });

  it('is equal by content, however it came about', () => {
    expect(mask.minus(CpuMask.parse('64')).equals(CpuMask.parse('0-3,8'))).toBe(true);
    expect(mask.equals(CpuMask.parse('0-3,8'))).toBe(false);
  });

  it('can be empty', () => {
    expect(CpuMask.of([]).equals(CpuMask.empty)).toBe(true);
    expect(CpuMask.empty).toMatchObject({ size: 0, isEmpty: true, first: undefined });
    expect(`${CpuMask.empty}`).toBe('');
    expect([...CpuMask.empty]).toEqual([]);
  });

  it('holds the highest bit of a word', () => {
    expect(numbers('31,63')).toEqual([31, 63]);
    expect(CpuMask.parse('0-31').size).toBe(32);
  });

  it('refuses numbers that no parser made', () => {
    for (const wrong of [-1, 1.5, Number.NaN, 65_536]) {
      expect(() => CpuMask.of([0, wrong])).toThrow(expect.objectContaining({ code: 'BAD_CPU_LIST' }));
    }
  });

  it('reads what sysfs prints, blank or broken', () => {
    expect(`${CpuMask.fromSysfs('0-1\n')}`).toBe('0-1');
    expect(CpuMask.fromSysfs('\n')?.isEmpty).toBe(true);
    expect(CpuMask.fromSysfs('junk')).toBeUndefined();
    expect(CpuMask.fromSysfs(undefined)).toBeUndefined();
  });

  it('handles 8192 CPUs in no time', () => {
    const begin = performance.now();
    const [all, even] = [CpuMask.parse('0-8191'), CpuMask.parse('0-8191:2')];
    for (let i = 0; i < 1000; i++) all.minus(even).union(even).intersect(all);
    expect(`${all.minus(even).union(even)}`).toBe('0-8191');
    expect(performance.now() - begin).toBeLessThan(1000);
  });
});

function catchError(action: () => unknown): SyswideError {
  try {
    action();
  } catch (error) {
    if (error instanceof SyswideError) return error;
  }
  throw new Error('no SyswideError was thrown');
}
