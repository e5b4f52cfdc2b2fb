import type { Host } from './host';

/** What machine this is, for documents that are compared later. */
export interface HostDescription {
  /** `6.18.0`: as uname(2) has it. */
  readonly kernel: string;
  /** `x86_64`. */
  readonly machine: string;
  /** As the kernel names it; empty where it does not. */
  readonly cpuModel: string;
}

export function describeHost({ files }: Host): HostDescription {
  const model = /^model name\s*:\s*(.*)$/m.exec(files.read('/proc/cpuinfo') ?? '')?.[1];
  return {
    kernel: files.read('/proc/sys/kernel/osrelease')?.trim() ?? '',
    machine: files.read('/proc/sys/kernel/arch')?.trim() ?? process.arch,
    cpuModel: model?.trim() ?? '',
  };
}
