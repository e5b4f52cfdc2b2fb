import type { FileWindow } from './file-window';
import { type ElfHeader, readTable, readWord } from './header';
import { SegmentFlag, SegmentType } from './layout';

/** A stretch of the file that is mapped when it is loaded (PT_LOAD). */
export interface Segment {
  /** Where it lies in the file, and how much of it does. */
  readonly offset: bigint;
  readonly fileBytes: bigint;
  /** How much memory it takes: what is not in the file, as variables that begin as 0, is behind what is. */
  readonly memoryBytes: bigint;
  /** Its address as the file has it. */
  readonly address: bigint;
  readonly isCode: boolean;
}

/** In the order of the file, which is that of their addresses. */
export function readSegments(file: FileWindow, { layout, segments }: ElfHeader): Segment[] {
  const table = readTable(file, segments, 'its program headers');
  const { type, flags, offset, vaddr, filesz, memsz } = layout.segment;
  const found: Segment[] = [];
  for (let at = 0; at < table.length; at += segments.entryBytes) {
    if (table.readUInt32LE(at + type) !== SegmentType.load) continue;
    found.push({
      offset: readWord(table, at + offset, layout),
      fileBytes: readWord(table, at + filesz, layout),
      memoryBytes: readWord(table, at + memsz, layout),
      address: readWord(table, at + vaddr, layout),
      isCode: (table.readUInt32LE(at + flags) & SegmentFlag.execute) !== 0,
    });
  }
  return found;
}

/** Where the byte at an address lies in the file; undefined for what is not in it, as variables that begin as 0. */
export function fileOffset(segments: readonly Segment[], address: bigint): bigint | undefined {
  const segment = segments.find((one) => address >= one.address && address < one.address + one.fileBytes);
  return segment && address - segment.address + segment.offset;
}

/** Whether the byte at this place of the file is mapped to be executed. */
export const isCode = (segments: readonly Segment[], offset: bigint): boolean =>
  segments.some((one) => one.isCode && offset >= one.offset && offset < one.offset + one.fileBytes);
