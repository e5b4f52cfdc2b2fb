import { closeSync, openSync, readSync } from 'node:fs';
import type { HostFiles } from '../host/host-files';
import { type CodeIndex, codeIndexOf } from './elf/code-index';
import { FileWindow } from './elf/file-window';
import { parseMaps } from './maps';

/** The kernel maps a few pages; more would be something else. */
const LARGEST_VDSO = 1 << 20;

/** The functions that the kernel puts into every program; undefined where there are none. */
export function vdsoIndex(files: HostFiles): CodeIndex | undefined {
  using file = vdsoFile(files);
  return file && codeIndexOf(file, undefined);
}

/** What the kernel puts into every program, from our own memory. */
export function vdsoFile(files: HostFiles): FileWindow | undefined {
  const map = parseMaps(files.read('/proc/self/maps') ?? '').find(({ path }) => path === '[vdso]');
  const length = map ? Number(map.end - map.start) : 0;
  if (!map || length > LARGEST_VDSO) return undefined;
  const fd = openSync('/proc/self/mem', 'r');
  try {
    const bytes = Buffer.alloc(length);
    readSync(fd, bytes, 0, length, Number(map.start));
    return FileWindow.ofBytes('[vdso]', bytes);
  } finally {
    closeSync(fd);
  }
}
