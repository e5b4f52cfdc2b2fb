import { RecordType } from '../abi/ring-page';
import { Names } from './names';
import { PagedColumn } from './paged-column';
import type { RecordFields } from './record-fields';

/** What a process had in its memory, as a recording tells: an MMAP or MMAP2 record. */
export interface TaskMapping {
  readonly start: bigint;
  readonly end: bigint;
  readonly offset: bigint;
  readonly inode: bigint;
  /** PROT_READ and so on. */
  readonly protection: number;
  readonly isShared: boolean;
  readonly path: string;
}

/** From the body of a record on: where its fields are; those of an MMAP2 record, and the path of either. */
const [START, LENGTH, OFFSET, INODE, PROTECTION, FLAGS] = [8, 16, 24, 40, 56, 60];
const [MMAP_NAME, MMAP2_NAME] = [32, 64];
const [PROT_EXEC, MAP_SHARED] = [4, 1];

/** PERF_RECORD_MISC_MMAP_BUILD_ID: the inode is none then. */
const MISC_BUILD_ID = 1 << 14;

/** More is in the memory of no real process: what is older is taken to be gone. */
const MOST_MAPPED = 4096;

/** Mappings of processes, a row each: a file may be nothing but them. */
export class TaskMappings {
  readonly #wide = new PagedColumn(Int32Array);
  readonly #protection = new PagedColumn(Int32Array);
  readonly #isShared = new PagedColumn(Uint8Array);
  readonly #path = new PagedColumn(Int32Array);
  readonly #before = new PagedColumn(Int32Array);
  readonly #paths = new Names();

  /**
   * Adds what a record tells of.
   * @param before the row of what its process had mapped before; -1 for nothing
   * @returns the row of it
   */
  add(type: number, fields: RecordFields, before: number): number {
    const isSecond = type === RecordType.mmap2;
    for (const at of [START, LENGTH, OFFSET]) this.pushWide(fields, at);
    this.pushWide(fields, isSecond && (fields.misc & MISC_BUILD_ID) === 0 ? INODE : undefined);
    this.#protection.push(isSecond ? fields.i32(PROTECTION) : PROT_EXEC);
    this.#isShared.push(isSecond ? fields.i32(FLAGS) & MAP_SHARED : 0);
    this.#path.push(this.#paths.idOf(fields.raw(isSecond ? MMAP2_NAME : MMAP_NAME)));
    this.#before.push(before);
    return this.#path.length - 1;
  }

  /** What is not behind something newer, by address. @param newest a row; a child begins with that of its parent */
  seenFrom(newest: number): TaskMapping[] {
    const seen: TaskMapping[] = [];
    let left = MOST_MAPPED;
    for (let row = newest; row >= 0 && left > 0; row = this.#before.at(row), left -= 1) {
      seen.push(...partsBeside(this.mappingAt(row), seen));
    }
    return seen.sort((a, b) => (a.start < b.start ? -1 : Number(a.start > b.start)));
  }

  private mappingAt(row: number): TaskMapping {
    const wide = (field: number) =>
      (BigInt(this.#wide.at((row * 4 + field) * 2 + 1) >>> 0) << 32n) |
      BigInt(this.#wide.at((row * 4 + field) * 2) >>> 0);
    const start = wide(0);
    return {
      start,
      end: start + wide(1),
      offset: wide(2),
      inode: wide(3),
      protection: this.#protection.at(row),
      isShared: this.#isShared.at(row) !== 0,
      path: this.#paths.textOf(this.#path.at(row)),
    };
  }

  private pushWide(fields: RecordFields, at: number | undefined): void {
    const number = at === undefined ? 0n : fields.u64(at);
    this.#wide.push(Number(number & 0xffff_ffffn));
    this.#wide.push(Number(number >> 32n));
  }
}

/** What is left of a mapping where newer ones are. */
const partsBeside = (mapping: TaskMapping, newer: readonly TaskMapping[]): TaskMapping[] =>
  newer
    .filter(({ start, end }) => start < mapping.end && end > mapping.start)
    .reduce((parts, { start, end }) => parts.flatMap((part) => partsOutside(part, start, end)), [mapping]);

function partsOutside(part: TaskMapping, start: bigint, end: bigint): TaskMapping[] {
  if (part.end <= start || part.start >= end) return [part];
  return [{ ...part, end: start }, from(part, end)].filter((rest) => rest.start < rest.end);
}

const from = (part: TaskMapping, start: bigint): TaskMapping => ({
  ...part,
  start,
  offset: part.offset + start - part.start,
});
