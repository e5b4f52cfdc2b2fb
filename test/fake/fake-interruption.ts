import { type Fd, fd } from '../../src/base/units';
import type { Interruption } from '../../src/native/interruption';
import type { FakeKernel } from './fake-kernel';

/** An interruption that comes when a test says so. */
export class FakeInterruption implements Interruption {
  readonly fd: Fd = fd(99);
  signal: number | undefined;
  pending = false;

  constructor(private readonly kernel: FakeKernel) {}

  interrupt(signal?: number): void {
    this.signal = signal;
    this.pending = true;
    this.kernel.makeReady(this.fd);
  }

  acknowledge(): void {
    this.pending = false;
  }
}
