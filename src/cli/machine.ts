import { HostFiles } from '../host/host-files';
import type { Kernel } from '../native/kernel';
import { RealKernel } from '../native/real-kernel';

/** What a command works with: the kernel, and the files that describe the machine. */
export interface Machine {
  readonly kernel: Kernel;
  readonly files: HostFiles;
}

export const thisMachine = (): Machine => ({ kernel: new RealKernel(), files: new HostFiles() });
