import type { HostFiles } from './host-files';

/** How many samples a second the kernel takes, Hz; it lowers that itself when they cost too much. Undefined: it does not say. */
export function maxSampleRate(files: HostFiles): bigint | undefined {
  const text = files.read('/proc/sys/kernel/perf_event_max_sample_rate')?.trim() ?? '';
  return /^\d+$/.test(text) ? BigInt(text) : undefined;
}
