import { expect, test } from 'vitest';
import { fd } from '../../../src/base/units';
import { hungUpOf, readyOf } from '../../../src/native/poll-result';

const POLLIN = 0x001;
const POLLHUP = 0x010;
const POLLNVAL = 0x020;
const fds = [fd(5), fd(6), fd(7)];

test('ready is whatever poll reported, hung up what is at its end', () => {
  const revents = [POLLIN, 0, POLLIN | POLLHUP];
  expect(readyOf(fds, revents)).toEqual([5, 7]);
  expect(hungUpOf(fds, revents)).toEqual([7]);
});

test('an fd that is not open is an error, not ready', () => {
  expect(() => readyOf(fds, [POLLIN, POLLNVAL, 0])).toThrow('poll of member 1: EBADF');
  expect(() => hungUpOf(fds, [POLLIN, POLLNVAL, 0])).toThrow('poll of member 1: EBADF');
});
