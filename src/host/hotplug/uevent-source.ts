import { cpu, type Fd, monotonicTime } from '../../base/units';
import type { Kernel } from '../../native/kernel';
import type { HotplugNotice, HotplugSource } from './hotplug-source';

/**
 * Hears of CPUs through the kernel's uevents, which need no privilege. They come about half a millisecond after the
 * write that brought the CPU online has returned, so they are late and carry no time of their own.
 * Source: Documentation/ABI/testing/sysfs-uevent; drivers/base/core.c (device_online, device_offline).
 */
export class UeventSource implements HotplugSource {
  readonly name = 'uevent';
  readonly exactTimes = false;

  private constructor(
    private readonly kernel: Kernel,
    private readonly socket: Fd,
  ) {}

  /** @throws KernelError when there are no netlink sockets to be had */
  static open(kernel: Kernel): UeventSource {
    return new UeventSource(kernel, kernel.openUevents());
  }

  get fds(): readonly Fd[] {
    return [this.socket];
  }

  watches(): boolean {
    return true;
  }

  /** It hears of all. */
  watch(): void {}

  drain(): readonly HotplugNotice[] | 'lost' {
    const notices: HotplugNotice[] = [];
    let lost = false;
    for (;;) {
      const message = this.kernel.receiveUevent(this.socket);
      if (message === undefined) return lost ? 'lost' : notices;
      // What still stands in the queue is older than what was lost: heard later, it would undo what is found anew.
      if (message === 'lost') lost = true;
      const notice = message === 'lost' ? undefined : parseUevent(message[0] ?? '');
      if (notice) notices.push({ ...notice, at: monotonicTime(process.hrtime.bigint()) });
    }
  }

  close(): void {
    this.kernel.closeFds([this.socket]);
  }
}

/** `online@/devices/system/cpu/cpu1`; undefined for everything that is not about a CPU going on- or offline. */
export function parseUevent(header: string): Pick<HotplugNotice, 'cpu' | 'step'> | undefined {
  const [, step, number] = /^(online|offline)@\/devices\/system\/cpu\/cpu(\d{1,5})$/.exec(header) ?? [];
  return step === undefined ? undefined : { step: step as 'online' | 'offline', cpu: cpu(Number(number)) };
}
