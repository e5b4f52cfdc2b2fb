import type { FileWindow } from './file-window';
import { type ElfHeader, readTable, readWord } from './header';
import { SegmentType } from './layout';

/** NT_GNU_BUILD_ID of elf.h. */
const BUILD_ID_NOTE = 3;

/** Bytes of a note's header: lengths of its name and its contents, and its type, a u32 each. */
const NOTE_HEADER_BYTES = 12;

/** No build-id is longer: BUILD_ID_SIZE of the kernel. */
const LONGEST_BUILD_ID = 20;

/** Notes of a program are some hundred bytes; those of the kernel, a kilobyte. */
const LARGEST_NOTES = 64n << 10n;

/**
 * What the linker called this very build; undefined where there is none.
 * @param notes one behind the other, names and contents padded to 4 bytes. Source: elf(5), Elf64_Nhdr.
 */
export function buildIdIn(notes: Buffer): Buffer | undefined {
  for (let at = 0; at + NOTE_HEADER_BYTES <= notes.length; ) {
    const [nameBytes, bytes, type] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4), notes.readUInt32LE(at + 8)];
    const name = at + NOTE_HEADER_BYTES;
    const content = name + padded(nameBytes);
    const isGnu = notes.subarray(name, name + nameBytes).equals(Buffer.from('GNU\0'));
    if (isGnu && type === BUILD_ID_NOTE && bytes > 0 && bytes <= LONGEST_BUILD_ID && content + bytes <= notes.length) {
      return Buffer.from(notes.subarray(content, content + bytes));
    }
    at = content + padded(bytes);
  }
  return undefined;
}

const padded = (bytes: number): number => Math.ceil(bytes / 4) * 4;

/** The build-id of a program or library. @throws SyswideError BAD_EVENT for one that is not what it says */
export function readBuildId(file: FileWindow, { layout, segments }: ElfHeader): Buffer | undefined {
  const table = readTable(file, segments, 'its program headers');
  const { type, offset, filesz } = layout.segment;
  for (let at = 0; at < table.length; at += segments.entryBytes) {
    if (table.readUInt32LE(at + type) !== SegmentType.note) continue;
    const bytes = readWord(table, at + filesz, layout);
    if (bytes > LARGEST_NOTES) continue;
    const found = buildIdIn(file.read(readWord(table, at + offset, layout), bytes, 'its notes'));
    if (found) return found;
  }
  return undefined;
}
