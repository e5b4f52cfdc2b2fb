import { monotonicTime } from '../../base/units';
import type { CpuMask } from '../cpu-mask';
import { readCpus } from '../cpus';
import type { HostFiles } from '../host-files';
import type { HotplugNotice, HotplugSource } from './hotplug-source';

/** How often it looks. Finer would be heard in what is measured. */
const POLL_MS = 50;

/**
 * Finds out about CPUs by looking at the online mask, for containers that the kernel tells nothing. A CPU that goes and
 * comes between two looks goes unnoticed: its clones are dead, and stay so until it is seen to go or to come.
 */
export class SysfsSource implements HotplugSource {
  readonly name = 'sysfs';
  readonly exactTimes = false;
  readonly fds = [];
  readonly pollMs = POLL_MS;
  #online: CpuMask;

  constructor(private readonly files: HostFiles) {
    this.#online = readCpus(files).online;
  }

  watches(): boolean {
    return true;
  }

  /** It hears of all. */
  watch(): void {}

  drain(): readonly HotplugNotice[] {
    const { online } = readCpus(this.files);
    const at = monotonicTime(process.hrtime.bigint());
    const gone = [...this.#online.minus(online)].map((cpu) => ({ cpu, step: 'offline', at }) as const);
    const come = [...online.minus(this.#online)].map((cpu) => ({ cpu, step: 'online', at }) as const);
    this.#online = online;
    return [...gone, ...come];
  }

  close(): void {}
}
