import { constants } from 'node:os';
import { expect, it } from 'vitest';
import { MeasuredCommand } from '../../../src/host/measured-command';
import type { Kernel } from '../../../src/native/kernel';
import { KernelError } from '../../../src/native/kernel-error';

const { errno } = constants;

it.each([
  [errno.EAGAIN, 'COMMAND_NOT_STARTED', /no more processes \(EAGAIN\) — .*ulimit -u/],
  [errno.EMFILE, 'TOO_MANY_FILES', /ulimit -n/],
  [errno.ENOMEM, 'COMMAND_NOT_STARTED', /fork: ENOMEM — see fork\(2\)$/],
])('a process that is not to be had, for errno %i, is %s', (refusal, code, message) => {
  const kernel = {
    startCommand() {
      throw new KernelError('fork', refusal);
    },
  } as unknown as Kernel;
  const start = () => MeasuredCommand.start(kernel, ['true']);
  expect(start).toThrow(expect.objectContaining({ code, message: expect.stringMatching(message) }));
});
