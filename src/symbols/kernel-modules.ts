import type { HostFiles } from '../host/host-files';

/** A module of the kernel, and where it is. Bytes. */
export interface KernelModule {
  readonly name: string;
  /** 0 where the kernel hides it from this user. */
  readonly start: bigint;
  readonly length: bigint;
}

const line = /^(\S+) (\d+) .* 0x([0-9a-f]+)(?: \(\w+\))?$/;

/** Those that are loaded. Source: proc(5), /proc/modules. */
export function kernelModules(files: HostFiles): KernelModule[] {
  return (files.read('/proc/modules') ?? '').split('\n').flatMap((text) => {
    const [, name, size = '0', at = '0'] = line.exec(text) ?? [];
    return name === undefined ? [] : [{ name, start: BigInt(`0x${at}`), length: BigInt(size) }];
  });
}
