import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encodeAttr } from '../../../src/abi/attr';
import { PerfType, SampleType } from '../../../src/abi/perf-event';
import { RecordType } from '../../../src/abi/ring-page';
import { commRecord, mmap2Record } from '../../../src/abi/side-band';
import { PerfDataWriter } from '../../../src/perfdata/perf-data-writer';
import { tracingData } from '../../../src/perfdata/tracing-data';
import { elfImage } from '../../unit/symbols/elf-image';
import { withInvalidBytes } from './names';

const { identifier, ip, tid, time, addr, cpu, period, callchain, raw, cgroup } = SampleType;
const sampleType = identifier | ip | tid | time | addr | cpu | period | callchain | cgroup;

/** The id of the cgroup that all samples are of. */
const CGROUP = Buffer.alloc(8, 1);
const flags = { sampleIdAll: true, comm: true, mmap: true, mmap2: true } as const;

const format = `name: told
ID: 77
format:
\tfield:unsigned short common_type;\toffset:0;\tsize:2;\tsigned:0;
\tfield:char text[512];\toffset:8;\tsize:512;\tsigned:0;

print fmt: "text=%s", REC->text
`;

/** Of a process that is not there: the last number that one can have. */
export const PID = 4_194_303;

/** Of a program whose file nobody compares. */
const anywhere = { device: { major: 8, minor: 1 }, inode: 5n, permissions: 'r-xp' } as const;

/** A record with a trailer: pid, tid, time, cpu, identifier. */
const trailer = (at: bigint, id: bigint): Buffer => {
  const bytes = Buffer.alloc(32);
  bytes.writeInt32LE(PID, 0);
  bytes.writeInt32LE(PID, 4);
  bytes.writeBigUInt64LE(at, 8);
  bytes.writeBigUInt64LE(id, 24);
  return bytes;
};

/** Puts the trailer in: the makers of records leave it zero. */
function stamped(record: Buffer, at: bigint): Buffer {
  trailer(at, 1n).copy(record, record.length - 32);
  return record;
}

function record(type: number, body: Buffer, misc = 2): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(type, 0);
  header.writeUInt16LE(misc, 4);
  header.writeUInt16LE(8 + body.length, 6);
  return Buffer.concat([header, body]);
}

function sample(id: bigint, at: bigint, chain: readonly bigint[], data?: Buffer): Buffer {
  const head = Buffer.alloc(56);
  head.writeBigUInt64LE(id, 0);
  head.writeBigUInt64LE(chain[0] ?? 0n, 8);
  head.writeInt32LE(PID, 16);
  head.writeInt32LE(PID, 20);
  head.writeBigUInt64LE(at, 24);
  head.writeBigUInt64LE(chain[0] ?? 0n, 32);
  head.writeBigUInt64LE(1000n, 48);
  const frames = Buffer.alloc(8 * (chain.length + 2));
  frames.writeBigUInt64LE(BigInt(chain.length + 1), 0);
  // PERF_CONTEXT_USER.
  frames.writeBigUInt64LE((1n << 64n) - 512n, 8);
  for (const [i, address] of chain.entries()) frames.writeBigUInt64LE(address, 16 + i * 8);
  const size = Buffer.alloc(data ? 4 : 0);
  if (data) size.writeUInt32LE(data.length);
  return record(RecordType.sample, Buffer.concat([head, frames, size, data ?? Buffer.alloc(0), CGROUP]));
}

function cgroupRecord(path: string): Buffer {
  const name = Buffer.from(`${path}\0`);
  const padded = Buffer.alloc(Math.ceil(name.length / 8) * 8);
  name.copy(padded);
  return record(19, Buffer.concat([CGROUP, padded, trailer(1500n, 1n)]));
}

/**
 * Makes a recording in which everything that has a name has this one, and below the folder the program that it names, with
 * functions of the same name.
 */
export function recordingOf(path: string, folder: string, name: string): void {
  const program = `/opt/${name}`;
  const file = join(folder, withInvalidBytes(Buffer.from(program)).toString('utf8'));
  mkdirSync(dirname(file), { recursive: true });
  const functions = ['', '2', '3'].map((suffix, i) => ({ name: `${name}${suffix}`, value: BigInt(0x1000 + i * 16) }));
  writeFileSync(file, withInvalidBytes(elfImage({ symbols: functions })));
  chmodSync(file, 0o755);
  const clock = { type: PerfType.software, config: 0n, samplePeriod: 1000n, sampleType, flags };
  const point = { type: PerfType.tracepoint, config: 77n, samplePeriod: 1n, sampleType: sampleType | raw, flags };
  const writer = PerfDataWriter.create(
    path,
    [
      { name, attr: encodeAttr(clock), ids: [1n] },
      { name: `told:${name}`, attr: encodeAttr(point), ids: [2n] },
    ],
    {
      ...{ hostname: name, osRelease: name, version: name, arch: name, cpusPresent: 1, cpusOnline: 1 },
      ...{ cpuDescription: name, totalMemoryKib: 1n, commandLine: ['record', name, name] },
      tracingData: tracingData(
        { text: (file) => (file.endsWith('/format') ? format : '') },
        [{ system: 'told', event: 'told' }],
        4096,
      ),
    },
  );
  const text = Buffer.alloc(520);
  text.write(name, 8);
  const chain = [0x401004n, 0x401014n, 0x401024n];
  writer.append([
    stamped(commRecord(PID, PID, name, 32), 900n),
    stamped(
      mmap2Record({ pid: PID, start: 0x401000n, length: 0x1000n, offset: 0x1000n, path: program, ...anywhere }, 32),
      950n,
    ),
    cgroupRecord(name),
    ...[0, 1, 2, 3].map((i) => sample(1n, 2000n + BigInt(i), chain)),
    ...[0, 1].map((i) => sample(2n, 3000n + BigInt(i), chain, text)),
  ]);
  writer.sync();
  writer.finish({
    builds: [{ path: program, id: Buffer.alloc(20, 7), isKernel: false }],
    sampleTime: { first: 2000n, last: 3001n },
  });
  writer.close();
  writeFileSync(path, withInvalidBytes(readFileSync(path)));
}

/** Makes a recording of code that a JIT compiler has made. */
export function jitRecordingOf(path: string): void {
  const event = { type: PerfType.software, config: 0n, samplePeriod: 1000n, sampleType, flags };
  const writer = PerfDataWriter.create(path, [{ name: 'cpu-clock', attr: encodeAttr(event), ids: [1n] }], {
    ...{ hostname: 'h', osRelease: 'r', version: 'v', arch: 'a', cpusPresent: 1, cpusOnline: 1 },
    ...{ cpuDescription: 'c', totalMemoryKib: 1n, commandLine: ['record'] },
  });
  const memory = { pid: PID, start: 0x401000n, length: 0x1000n, offset: 0n, path: '//anon' };
  writer.append([
    stamped(commRecord(PID, PID, 'jit', 32), 900n),
    stamped(mmap2Record({ ...memory, ...anywhere }, 32), 950n),
    sample(1n, 2000n, [0x401004n]),
  ]);
  writer.sync();
  writer.finish({});
  writer.close();
}
