import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';

/** The machine that figures belong to: without it they mean nothing. No names of hosts or people. */
export interface Machine {
  readonly cpu: string;
  /** As a CPU list: `0-3`. */
  readonly onlineCpus: string;
  readonly usableCpus: number;
  readonly memoryMiB: number;
  readonly virtual: boolean;
  readonly arch: string;
  readonly kernel: string;
  readonly node: string;
  /** null where perf is not installed. */
  readonly perf: string | null;
  /** Over the last minute, when the measurement began. */
  readonly loadAverage: number;
}

/** Describes this machine as it is now. */
export function describeMachine(perfVersion: string | undefined): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    onlineCpus: onlineCpus(),
    usableCpus: availableParallelism(),
    memoryMiB: Math.round(totalmem() / 2 ** 20),
    virtual: /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8')),
    arch: arch(),
    kernel: release(),
    node: process.version,
    perf: perfVersion ?? null,
    loadAverage: loadavg()[0] ?? 0,
  };
}

/** How many CPUs are online. */
export const onlineCpuCount = (): number =>
  onlineCpus()
    .split(',')
    .map((range) => range.split('-').map(Number))
    .reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);

/** The CPU that background loads and pinned programs are put on: the last one, as CPU 0 has the most other work. */
export const lastOnlineCpu = (): string => onlineCpus().split(/[-,]/).at(-1) ?? '0';

const onlineCpus = (): string => readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
