import { SymbolIndex } from './symbol-index';
import { readTrusted } from './trusted-file';

/** `JiTD`, read in the byte order of who wrote it. */
const MAGIC = 0x4a695444;

/** Of the file: where its size stands, and the least that it can be. */
const [HEADER_SIZE, LEAST_HEADER] = [8, 40];

/** Of a record: its type, its size with everything, and where its fields begin. */
const [TYPE, SIZE, FIELDS] = [0, 4, 16];

/** Types of records, JIT_CODE_LOAD and JIT_CODE_MOVE; others tell of lines, and how to unwind. */
const [LOAD, MOVE] = [0, 1];

/** Fields of a load, from the beginning of the record, and where its name begins. */
const [LOAD_ADDRESS, LOAD_SIZE, LOAD_INDEX, LOAD_NAME] = [32, 40, 48, 56];

/** Fields of a move, and how long it is at least. */
const [MOVE_TO, MOVE_SIZE, MOVE_INDEX, LEAST_MOVE] = [40, 48, 56, 64];

/** A function somewhere in memory. */
interface Code {
  readonly start: number;
  readonly size: number;
  readonly name: string;
}

/**
 * The functions that a JIT compiler has made, as it tells in a `jit-PID.dump`. Of what was put in the place of something else,
 * the last is known. What is no such file, or is cut off, is read as far as it makes sense.
 * Source: tools/perf/Documentation/jitdump-specification.txt, Linux 6.18.
 */
export function readJitDump(path: string, pid: number, onRefusal: (why: string) => void): SymbolIndex | undefined {
  const bytes = readTrusted(path, pid, onRefusal);
  if (!bytes || bytes.length < LEAST_HEADER) return undefined;
  const little = bytes.readUInt32LE(0) === MAGIC;
  if (!little && bytes.readUInt32BE(0) !== MAGIC) return undefined;
  const codes = codesIn(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), bytes, little);
  return SymbolIndex.of({
    starts: Float64Array.from(codes, ({ start }) => start),
    sizes: Float64Array.from(codes, ({ size }) => size),
    isBetter: (a, b) => a > b,
    nameOf: (id) => codes[id]?.name ?? '',
  });
}

function codesIn(view: DataView, bytes: Buffer, little: boolean): Code[] {
  const codes: Code[] = [];
  const names = new Map<number, string>();
  const number = (at: number): number => Number(view.getBigUint64(at, little));
  for (const { type, at, size } of recordsIn(view, little)) {
    if (type === LOAD && size > LOAD_NAME) {
      const end = bytes.subarray(0, at + size).indexOf(0, at + LOAD_NAME);
      const name = bytes.toString('utf8', at + LOAD_NAME, end < 0 ? at + size : end);
      names.set(number(at + LOAD_INDEX), name);
      codes.push({ start: number(at + LOAD_ADDRESS), size: number(at + LOAD_SIZE), name });
    } else if (type === MOVE && size >= LEAST_MOVE) {
      const name = names.get(number(at + MOVE_INDEX));
      if (name !== undefined) codes.push({ start: number(at + MOVE_TO), size: number(at + MOVE_SIZE), name });
    }
  }
  return codes;
}

/** Whole records: their types, where they begin, and their sizes. */
function* recordsIn(view: DataView, little: boolean): Generator<{ type: number; at: number; size: number }> {
  let at = view.getUint32(HEADER_SIZE, little);
  while (at + FIELDS <= view.byteLength) {
    const size = view.getUint32(at + SIZE, little);
    if (size < FIELDS || at + size > view.byteLength) return;
    yield { type: view.getUint32(at + TYPE, little), at, size };
    at += size;
  }
}
