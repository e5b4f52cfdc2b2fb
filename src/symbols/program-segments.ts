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
