import type { HotplugSource } from '../host/hotplug/hotplug-source';
import type { Kernel } from '../native/kernel';
import { BackgroundLoop } from './background-loop';
import type { HotplugFollower } from './hotplug-follower';

/**
 * Waits for CPUs to come and go, and lets the follower take it in. The waiting thread opens clones by itself on CPUs
 * that come online (see `Kernel.waitStandby`). To be started once the gang is armed: what has happened since the source
 * was opened is taken in first.
 */
export function watchHotplug(kernel: Kernel, source: HotplugSource, follower: HotplugFollower): BackgroundLoop {
  follower.follow();
  return new BackgroundLoop(kernel, async (wakeup) => {
    const prepared = follower.prepare();
    const { outcomes } = await kernel.waitStandby(source.fds, [wakeup], prepared.standby, source.pollMs);
    follower.adopt(prepared, outcomes);
    follower.follow();
    return true;
  });
}
