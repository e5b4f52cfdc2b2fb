import type { HostFiles } from './host-files';

/** Whether the running kernel is that version or a later one; false where it does not tell. */
export function isKernelSince(files: HostFiles, major: number, minor: number): boolean {
  const [, first = '0', second = '0'] = /^(\d+)\.(\d+)/.exec(files.read('/proc/sys/kernel/osrelease') ?? '') ?? [];
  return Number(first) > major || (Number(first) === major && Number(second) >= minor);
}
