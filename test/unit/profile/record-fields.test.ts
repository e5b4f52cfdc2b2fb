import { expect, it } from 'vitest';
import { RecordFields } from '../../../src/profile/record-fields';

it('what lies outside of a record is 0 or empty, also at the end of what was read', () => {
  const view = new DataView(new ArrayBuffer(12));
  view.setUint32(8, 0x6161);
  const fields = new RecordFields({ type: 1, view, begin: 8, end: 12, littleEndian: true });
  expect([fields.i32(4), fields.u16(3), fields.u64(0)]).toEqual([0, 0, 0n]);
  expect(fields.raw(2)).toBe('aa');
  expect([fields.raw(4), fields.raw(64), fields.bytes(64, 20).length]).toEqual(['', '', 0]);
});
