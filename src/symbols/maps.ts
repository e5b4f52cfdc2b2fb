/** A stretch of a process's memory that a file is mapped to. Bytes; `end` is exclusive. */
export interface FileMapping {
  readonly start: bigint;
  readonly end: bigint;
  /** Where `start` lies in the file. */
  readonly offset: bigint;
  readonly inode: bigint;
  /** As the process sees it; the kernel writes a newline in it as `\012`, and ` (deleted)` behind it. */
  readonly path: string;
}

/**
 * The file mappings of a `/proc/PID/maps`, by ascending address; lines of any other form are passed over.
 * Source: proc(5).
 */
export function parseMaps(text: string): FileMapping[] {
  return text.split('\n').flatMap((line) => {
    const found = /^([0-9a-f]{1,16})-([0-9a-f]{1,16}) \S{4} ([0-9a-f]{1,16}) [0-9a-f]+:[0-9a-f]+ (\d+) +(\/.*)$/.exec(
      line,
    );
    if (!found) return [];
    const [, start, end, offset, inode = '0', path = ''] = found;
    return [{ start: hex(start), end: hex(end), offset: hex(offset), inode: BigInt(inode), path }];
  });
}

const hex = (digits = '0'): bigint => BigInt(`0x${digits}`);
