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

describe('-F', () => {
  it('leaves the largest first only where their share is what is shown first, or -s says by what they are put together', () => {
    expect(fieldsOf('overhead_children,overhead,dso').by).toBeUndefined();
    expect(fieldsOf('overhead,overhead_children', 'dso').by).toBeUndefined();
  });

  it('sorts by its columns where shares of callers are not the first of them', () => {
    expect(fieldsOf('overhead,dso').by).toEqual(['overhead', 'dso']);
    expect(fieldsOf('overhead,overhead_children,dso').by).toEqual(['overhead', 'overhead_children', 'dso']);
    expect(fieldsOf('sample,overhead', 'dso').by).toEqual(['sample', 'overhead']);
  });
});
