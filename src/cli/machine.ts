import { type Host, LocalHost } from '../host/host';
import type { Kernel } from '../native/kernel';
import { RealKernel } from '../native/real-kernel';

/** What a command works with: the kernel, and what this machine has. */
export interface Machine {
  readonly kernel: Kernel;
  readonly host: Host;
}

/** The machine this runs on. @throws SyswideError SHIM */
export function thisMachine(): Machine {
  const kernel = new RealKernel();
  return { kernel, host: new LocalHost(kernel) };
}
