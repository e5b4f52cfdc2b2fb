import { constants } from 'node:os';
import { describe, expect, it } from 'vitest';
import { cpu } from '../../../src/base/units';
import { explainOpen, type OpenContext } from '../../../src/gang/open-error';
import { KernelError } from '../../../src/native/kernel-error';
import { software } from '../../fake/events';

const context = { fdsNeeded: 1, fdLimit: () => 10, permission: () => ({ why: '', remedy: '' }) };
const forbidden: OpenContext = { ...context, userOnly: () => ({ why: 'the level is 2', remedy: 'run as root' }) };
const event = (excludeKernel: boolean) =>
  software('dummy', { attr: { type: 9, config: 0n, flags: { excludeKernel, excludeHv: excludeKernel } } });

const explained = (excludeKernel: boolean, machine: OpenContext) =>
  explainOpen(new KernelError('open', constants.errno.EINVAL), event(excludeKernel), { cpu: cpu(0) }, machine);

describe('an event that the kernel does not take as it is', () => {
  it('is one of its modifiers or terms', () => {
    for (const [excludeKernel, machine] of [
      [true, context],
      [false, forbidden],
    ] as const)
      expect(explained(excludeKernel, machine)).toMatchObject({
        code: 'NOT_SUPPORTED',
        why: expect.stringMatching(/modifiers or terms/),
        remedy: expect.stringMatching(/^drop the modifiers/),
      });
  });

  it('is one of permission where the modifier is not the user’s to drop', () => {
    expect(explained(true, forbidden)).toMatchObject({
      code: 'NO_PERMISSION',
      why: 'this kernel does not take the event in user space only, and the level is 2 (EINVAL)',
      remedy: 'run as root',
    });
  });
});
