import { describe, expect, it } from 'vitest';
import { isFailedBySignal } from '../../../src/cli/signals';
import { FakeInterruption } from '../../fake/fake-interruption';
import { FakeKernel } from '../../fake/fake-kernel';

describe('a shell command that has failed', () => {
  it('failed by a signal, where one has arrived', async () => {
    const interruption = new FakeInterruption(new FakeKernel());
    interruption.interrupt();
    expect(await isFailedBySignal(interruption)).toBe(true);
  });

  it('failed by a signal, where the thread that was given it has its turn late', async () => {
    const interruption = new FakeInterruption(new FakeKernel());
    setTimeout(() => interruption.interrupt(), 30);
    expect(await isFailedBySignal(interruption)).toBe(true);
  });

  it('failed by itself, where none arrives', async () => {
    expect(await isFailedBySignal(new FakeInterruption(new FakeKernel()))).toBe(false);
  });
});
