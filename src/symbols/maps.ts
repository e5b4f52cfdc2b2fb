/** A stretch of a process's memory. Bytes; `end` is exclusive. */
export interface MemoryMapping {
  readonly start: bigint;
  readonly end: bigint;
  /** `r-xp`: what may be done with it, and whether it is private or shared. */
  readonly permissions: string;
  /** Where `start` lies in the file. */
  readonly offset: bigint;
  /** Of the file; 0 for memory without one. */
  readonly device: { readonly major: number; readonly minor: number };
  readonly inode: bigint;
  /**
   * The file as the process sees it, in which the kernel writes a newline as `\012`, and ` (deleted)` behind it; `[vdso]`
   * and the like; empty for memory without a name.
   */
  readonly path: string;
}

const line =
  /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) (\S{4}) ([0-9a-f]{1,16}) ([0-9a-f]{1,8}):([0-9a-f]{1,8}) (\d{1,20}) *(|\/.*|\[.*\])$/;

/**
 * What a `/proc/PID/maps` lists, by ascending address; lines of any other form are passed over.
 * Source: proc(5).
 */
export function parseMaps(text: string): MemoryMapping[] {
  return text.split('\n').flatMap((one) => {
    const found = line.exec(one);
    if (!found) return [];
    const [, start, end, permissions = '', offset, major, minor, inode = '0', path = ''] = found;
    const device = { major: Number(hex(major)), minor: Number(hex(minor)) };
    return [{ start: hex(start), end: hex(end), permissions, offset: hex(offset), device, inode: BigInt(inode), path }];
  });
}

const hex = (digits = '0'): bigint => BigInt(`0x${digits}`);
