import { describe, expect, it } from 'vitest';
import { reportFields } from '../../../../src/cli/report/report-fields';

const fieldsOf = (fields: string, sort?: string) =>
  reportFields({ fields, sort, children: true, numbers: ['period'], parents: false });

describe('-F with a +', () => {
  it('adds columns behind the numbers and before the keys, each once, in the order in which they are named', () => {
    const { columns, keys, by } = fieldsOf('+sample,dso,overhead_us,cpu');
    const shares = ['overhead_children', 'overhead', 'period'];
    expect(columns).toEqual([...shares, 'sample', 'dso', 'overhead_us', 'cpu', 'comm', 'sym']);
    expect(keys).toEqual(['dso', 'cpu', 'comm', 'sym']);
    expect(by).toBeUndefined();
  });

  it('does so with the keys of -s', () => {
    expect(fieldsOf('+sym,dso', 'comm,sym').keys).toEqual(['sym', 'dso', 'comm']);
    expect(fieldsOf('+dso', '+cpu').keys).toEqual(['dso', 'comm', 'sym', 'cpu']);
  });
});
