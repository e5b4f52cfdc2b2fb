import { LocalHost } from '../host/host';
import type { Kernel } from '../native/kernel';
import { RealKernel } from '../native/real-kernel';

/** The machine for commands that do most of their work without the shim. */
export interface LazyMachine {
  readonly host: LocalHost;
  /** Loads the shim when first called; a failure is told anew each time. @throws SyswideError SHIM */
  readonly kernel: () => Kernel;
}

/** The machine this runs on. Loads nothing before it is asked, so it is there without a shim too. */
export function lazyMachine(load: () => Kernel = () => new RealKernel()): LazyMachine {
  let loaded: Kernel | undefined;
  const kernel = () => {
    loaded ??= load();
    return loaded;
  };
  const host = new LocalHost({
    openTracefs: () => kernel().openTracefs(),
    closeFds: (fds) => kernel().closeFds(fds),
  });
  return { host, kernel };
}
