import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HostFiles } from '../../../src/host/host-files';
import { parseTracepointFormat } from '../../../src/host/tracepoint-format';
import { tracePrinter } from '../../../src/profile/trace/print-format';
import { TraceData } from '../../../src/profile/trace/trace-data';
import { programBuildId } from '../../../src/symbols/build-id';
import { debugFileOf } from '../../../src/symbols/debug-file';
import { readCodeIndex } from '../../../src/symbols/elf/code-index';
import { readJitDump } from '../../../src/symbols/jit-dump';
import { readJitMap } from '../../../src/symbols/jit-map';
import { readKernelIndex } from '../../../src/symbols/kernel-index';
import { LocalSymbols } from '../../../src/symbols/local-symbols';
import { parseMaps } from '../../../src/symbols/maps';
import type { SymbolIndex } from '../../../src/symbols/symbol-index';
import { CallFrames } from '../../../src/symbols/unwind/call-frames';
import { expressionValue } from '../../../src/symbols/unwind/frame-expression';
import { readVmlinux } from '../../../src/symbols/vmlinux';
import type { Subject } from './subject';

const folder = mkdtempSync(join(tmpdir(), 'syswide-fuzz-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
const path = join(folder, 'input');
const files = new HostFiles();

const seedsIn = (corpus: string, ending: string): Buffer[] =>
  readdirSync(corpus)
    .filter((name) => name.endsWith(ending))
    .map((name) => readFileSync(join(corpus, name)));

/** Asks for every name, and for places within and between. */
function askAll(index: SymbolIndex | undefined): void {
  if (!index) return;
  for (let i = 0; i < Math.min(index.size, 2000); i += 1) {
    index.nameAt(i);
    index.find(index.startAt(i) + 1);
  }
  for (const at of [0, -1, 2 ** 53, Number.NaN]) index.find(at);
}

/** Asks how frames look in the first pages of code, and reckons what they are told by. */
function followAll(frames: CallFrames | undefined): void {
  const memory = { register: (number: number) => number * 4096, wordAt: (address: number) => address };
  for (let at = 0; at < 4 * 4096; at += 16) {
    const row = frames?.rowAt(at);
    const expressions = [row?.address, ...(row?.rules.values() ?? [])].flatMap((rule) =>
      rule && 'expression' in rule ? [rule.expression] : [],
    );
    for (const expression of expressions) {
      try {
        expressionValue(expression, memory, 1);
      } catch (error) {
        if (!(error instanceof RangeError)) throw error;
      }
    }
  }
}

/** Programs, libraries and their debug files: symbol tables, build-ids, links, stubs, call frames. */
export const elf = (corpus: string): Subject => ({
  seeds: seedsIn(corpus, '.elf'),
  take: (bytes) => {
    writeFileSync(path, bytes);
    const build = programBuildId(path);
    if (build) debugFileOf(path, build);
    const symbols = new LocalSymbols(files).file(path);
    for (const name of ['work', 'main', '', 'x'.repeat(300)]) symbols.find(name);
    let names = 0;
    for (const name of symbols.names()) names += name.length;
    symbols.isCode(BigInt(names));
    askAll(readCodeIndex(path, path).index);
    followAll(CallFrames.read(path));
    askAll(readVmlinux(path).functions.index);
    return false;
  },
});

/** /proc/PID/maps, /proc/kallsyms, and what JIT compilers write for profilers. */
export const maps = (): Subject => ({
  seeds: [
    '55d0c7a00000-55d0c7a22000 r-xp 00002000 fe:01 1835 /usr/bin/a b\\012c (deleted)\n' +
      '7ffd1000-7ffd3000 rw-p 00000000 00:00 0      [stack]\nffffffffff600000-ffffffffff601000 --xp 0 0:0 0 [vsyscall]\n',
    '7f0010 40 JS:*fib /tmp/x.js:1:13\n7f0050 1c Builtin: ArrayMap\n7f0010 80 again\n0x10 5 hex\n',
    'ffffffff81000000 T _text\nffffffff81000000 T startup_64\nffffffffa0000000 t ext4_x\t[ext4]\n0 A per_cpu\n',
  ].map((text) => Buffer.from(text)),
  take: (bytes) => {
    writeFileSync(path, bytes);
    parseMaps(bytes.toString('utf8'));
    askAll(readJitMap(path, process.pid, () => {}));
    askAll(readKernelIndex(files, path)?.index);
    return false;
  },
});

/** A `jit-PID.dump` of four functions, one of which moves. */
function dump(): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32LE(0x4a695444, 0);
  header.writeUInt32LE(1, 4);
  header.writeUInt32LE(40, 8);
  const load = (index: number, name: string): Buffer => {
    const record = Buffer.alloc(56 + name.length + 1 + 16);
    record.writeUInt32LE(record.length, 4);
    record.writeBigUInt64LE(BigInt(0x7f000000 + index * 64), 32);
    record.writeBigUInt64LE(16n, 40);
    record.writeBigUInt64LE(BigInt(index), 48);
    record.write(name, 56);
    return record;
  };
  const move = Buffer.alloc(64);
  move.writeUInt32LE(1, 0);
  move.writeUInt32LE(64, 4);
  move.writeBigUInt64LE(0x7f100000n, 40);
  move.writeBigUInt64LE(16n, 48);
  move.writeBigUInt64LE(2n, 56);
  return Buffer.concat([header, ...['one', 'two', 'three', 'a b'].map((name, i) => load(i, name)), move]);
}

export const jitDump = (): Subject => ({
  seeds: [dump()],
  take: (bytes) => {
    writeFileSync(path, bytes);
    askAll(readJitDump(path, process.pid, () => {}));
    return false;
  },
});

/** Layouts of tracepoints, and samples by them: the first 64 bytes are the sample. */
export const tracing = (corpus: string): Subject => ({
  seeds: seedsIn(corpus, '.format').map((format) => Buffer.concat([Buffer.alloc(64, 1), format])),
  take: (bytes) => {
    const format = parseTracepointFormat(bytes.subarray(64).toString('utf8'));
    if (!format) return true;
    const data = new TraceData(format, true);
    data.take(new DataView(bytes.buffer, bytes.byteOffset, Math.min(64, bytes.length)));
    tracePrinter(format, (address) => (address === 1n ? 'one' : undefined))(data);
    return false;
  },
});
