import { expect, test } from 'vitest';
import { ATTR_SIZE, encodeAttr } from '../../../src/abi/attr';
import { fd } from '../../../src/base/units';
import { packEvents } from '../../../src/native/event-batch';
import { unpackInt32 } from '../../../src/native/packed-integers';
import { PackedTexts } from '../../../src/native/packed-texts';

const clock = encodeAttr({ type: 1, config: 0n });
const faults = encodeAttr({ type: 1, config: 2n });

test('clones share an attr, which is packed once', () => {
  const batch = packEvents([
    { attr: clock, pid: -1, cpu: 0 },
    { attr: faults, pid: -1, cpu: 0 },
    { attr: clock, pid: -1, cpu: 1 },
  ]);
  expect(batch).toMatchObject({ attrCount: 2, stride: ATTR_SIZE });
  expect(batch.attrs).toEqual(Buffer.concat([clock, faults]));
  const attrs = [0, 1, 2].map((i) => batch.requests.readInt32LE(i * 24));
  expect(attrs).toEqual([0, 1, 0]);
});

test('a request is attr, pid, cpu, leader, leader_fd and flags', () => {
  const { requests } = packEvents([
    { attr: clock, pid: 7, cpu: -1 },
    { attr: clock, pid: -1, cpu: 3, leader: { request: 0 }, flags: 4 },
    { attr: clock, pid: -1, cpu: 3, leader: { fd: fd(9) } },
  ]);
  expect(unpackInt32(requests.subarray(0, 24))).toEqual([0, 7, -1, -1, -1, 0]);
  expect(unpackInt32(requests.subarray(24, 48))).toEqual([0, -1, 3, 0, -1, 4]);
  expect(unpackInt32(requests.subarray(48, 72))).toEqual([0, -1, 3, -1, 9, 0]);
});

test('texts go along with the attrs whose config1 points at them', () => {
  const batch = packEvents([
    { attr: clock, pid: -1, cpu: 0 },
    { attr: faults, config1Text: '/bin/é', pid: -1, cpu: 0 },
    { attr: faults, config1Text: '/bin/é', pid: -1, cpu: 1 },
  ]);
  expect(batch.texts).toEqual(Buffer.from('/bin/é\0'));
  expect(unpackInt32(batch.config1Offsets)).toEqual([-1, 0]);
  const { config1Offsets } = packEvents([{ attr: clock, config1Text: 'b', pid: 0, cpu: -1 }], withText('a'));
  expect(unpackInt32(config1Offsets)).toEqual([2]);
});

function withText(text: string): PackedTexts {
  const texts = new PackedTexts();
  texts.add([undefined, text]);
  return texts;
}

test('nothing packs into nothing', () => {
  expect(packEvents([])).toMatchObject({ attrCount: 0, attrs: Buffer.alloc(0), requests: Buffer.alloc(0) });
});
