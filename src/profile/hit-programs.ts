import { RecordType } from '../abi/ring-page';
import { Mode } from './chain-context';
import { KERNEL_DSO } from './kernel-functions';
import { RecordFields } from './record-fields';
import type { OtherRecords, Recording } from './recording';
import { jitMapOf, type KernelRange, noFile } from './task-records';

const TWO_32 = 2 ** 32;

/** Where paths are in records of mappings. */
const [MMAP_NAME, MMAP2_NAME] = [32, 64];

/** Of an MMAP2 record, where its protection is; and of an MMAP record, PERF_RECORD_MISC_MMAP_DATA. */
const [PROTECTION, PROT_EXEC, MISC_DATA] = [56, 4, 1 << 13];

/**
 * The programs that samples of a recording were taken in, by their paths, in the order in which they were first mapped; without
 * what call chains go through. Source: build_id__mark_dso_hit() in tools/perf/util/build-id.c, Linux 6.1.
 */
export function hitPrograms(recording: Recording): string[] {
  const { timeline, kernel } = recording.readTasks();
  const { dsos } = recording;
  const hits = new Set<string>();
  const order = new Set<string>([KERNEL_DSO]);
  const others: OtherRecords = {
    types: new Set([RecordType.mmap, RecordType.mmap2]),
    visit: (_trailer, record) => {
      const fields = new RecordFields(record);
      const path = fields.raw(record.type === RecordType.mmap2 ? MMAP2_NAME : MMAP_NAME);
      order.add(noFile.test(path) && isCode(record.type, fields) ? jitMapOf(fields.i32(0)) : path);
    },
  };
  recording.eachInOrder(({ pid, tid, time, mode, ipLow, ipHigh }) => {
    if (mode === Mode.kernel) hits.add(kernelProgram(kernel, (ipHigh & 0xffff) * TWO_32 + (ipLow >>> 0)));
    if (mode !== Mode.user) return;
    const range = timeline.stateAt(pid, tid, time).memory.find(ipHigh * TWO_32 + (ipLow >>> 0));
    if (range) hits.add(dsos.textOf(range.dso));
  }, others);
  return [...[...order].filter((path) => hits.has(path)), ...[...hits].filter((path) => !order.has(path))];
}

/** As of the kernel's records: what may not be executed is no code of a JIT compiler. */
const isCode = (type: number, fields: RecordFields): boolean =>
  type === RecordType.mmap2 ? (fields.i32(PROTECTION) & PROT_EXEC) !== 0 : (fields.misc & MISC_DATA) === 0;

function kernelProgram(ranges: readonly KernelRange[], address: number): string {
  const path = ranges.find(({ start, end }) => address >= start && address < end)?.path ?? KERNEL_DSO;
  return path.startsWith(KERNEL_DSO) ? KERNEL_DSO : path;
}
