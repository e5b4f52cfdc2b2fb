import { FileWindow } from './elf/file-window';
import { readHeader } from './elf/header';
import { readSegments, type Segment } from './elf/segments';

/** The stretches of a program that are mapped when it is loaded; undefined of what is no program, or cannot be read. */
export function programSegments(path: string): Segment[] | undefined {
  try {
    using file = FileWindow.open(path);
    return readSegments(file, readHeader(file));
  } catch {
    return undefined;
  }
}

/** That in which a place of the file lies. */
export const segmentAt = (segments: readonly Segment[], offset: bigint): Segment | undefined =>
  segments.find((one) => offset >= one.offset && offset < one.offset + one.fileBytes);

/** Readers of profiles take pages to be as long, and mappings to begin with one. */
const PAGE = 4096n;

/** Where a stretch would be mapped if a program was loaded where its file says. */
export interface CodeMapping {
  readonly start: bigint;
  readonly limit: bigint;
  /** Where in the file `start` is. */
  readonly offset: bigint;
}

/** In whole pages, as far as file and memory agree on them. A file may say anything: all of it is within 64 bits. */
export function codeMapping({ address, offset, fileBytes }: Segment): CodeMapping {
  const into = address % PAGE === offset % PAGE ? address % PAGE : 0n;
  const pages = (into + fileBytes + PAGE - 1n) / PAGE;
  const start = address - into;
  return { start, limit: BigInt.asUintN(64, start + pages * PAGE), offset: offset - into };
}
