import { expect, it } from 'vitest';
import { svg } from '../../../../src/report/export/svg';
import { flameDataOf } from '../flamegraph/data';

it('has nothing in it that XML cannot have', () => {
  const data = flameDataOf([{ frames: ['a\ufffe<b>\uffff&"'] }]);
  const picture = svg({ ...data, meta: { ...data.meta, title: '\uffff.data' } });
  expect(picture).toContain('<title>a\ufffd&lt;b&gt;\ufffd&amp;&quot;: 1 samples, 100.00 %</title>');
  expect(picture).toContain('>\ufffd.data: 1 samples</text>');
  expect(picture).not.toMatch(/[\ufffe\uffff]/u);
});
