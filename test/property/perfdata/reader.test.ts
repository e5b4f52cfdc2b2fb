import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeAttr } from '../../../src/abi/attr';
import { RecordType } from '../../../src/abi/ring-page';
import { SyswideError } from '../../../src/base/error';
import type { RecordingFacts } from '../../../src/perfdata/features';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { PerfDataWriter } from '../../../src/perfdata/perf-data-writer';

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const event = { name: 'cpu-clock', attr: encodeAttr({ type: 1, config: 0n }), ids: [1n, 2n] };

const facts: RecordingFacts = {
  hostname: 'h',
  osRelease: 'r',
  version: 'v',
  arch: 'a',
  cpusPresent: 1,
  cpusOnline: 1,
  cpuDescription: 'c',
  totalMemoryKib: 1n,
  commandLine: ['syswide'],
};

function record(type: number, body: Uint8Array): Buffer {
  const header = Buffer.alloc(8);
  header.writeUInt32LE(type, 0);
  header.writeUInt16LE(8 + body.length, 6);
  return Buffer.concat([header, body]);
}

function write(records: readonly Buffer[]): void {
  const writer = PerfDataWriter.create(path, [event], facts);
  writer.append(records);
  writer.sync();
  writer.close();
}

/** All there is to read, or undefined where the file is refused, as a file may be. */
function readAll(): { bodies: Buffer[]; types: number[]; unread: number } | undefined {
  let reader: PerfDataReader;
  try {
    reader = PerfDataReader.open(path);
  } catch (error) {
    if (error instanceof SyswideError && error.code === 'BAD_FILE') return undefined;
    throw error;
  }
  const [bodies, types]: [Buffer[], number[]] = [[], []];
  for (const { type, body } of reader.records()) {
    // The writer's own.
    if (type === RecordType.finishedRound) continue;
    bodies.push(Buffer.from(Buffer.from(body.buffer, body.byteOffset, body.byteLength)));
    types.push(type);
  }
  reader.close();
  return { bodies, types, unread: reader.unread };
}

const body = () =>
  fc.oneof(fc.uint8Array({ maxLength: 200 }), fc.noShrink(fc.uint8Array({ minLength: 65_000, maxLength: 65_527 })));

describe('reading a file', () => {
  it('gives the records that were written, also across chunks', () => {
    fc.assert(
      fc.property(fc.array(body(), { maxLength: 40 }), (bodies) => {
        write(bodies.map((one) => record(9, one)));
        const read = readAll();
        expect(read?.bodies.map((one) => one.length)).toEqual(bodies.map((one) => one.length));
        expect(Buffer.concat(read?.bodies ?? []).equals(Buffer.concat(bodies))).toBe(true);
        expect(read?.unread).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('passes over the data behind an AUXTRACE record', () => {
    const trace = Buffer.alloc(40);
    trace.writeBigUInt64LE(100n);
    write([record(71, trace), Buffer.alloc(100, 0xff), record(9, Buffer.alloc(8))]);
    expect(readAll()).toMatchObject({ types: [71, 9], unread: 0 });
    trace.writeBigUInt64LE((1n << 64n) - 1n);
    write([record(71, trace), record(9, Buffer.alloc(8))]);
    expect(readAll()).toMatchObject({ types: [71], unread: 16 });
  });

  it('is right in the other byte order', () => {
    const bytes = Buffer.alloc(104 + 80 + 8 + 16);
    bytes.write('2ELIFREP');
    const u64 = (at: number, value: number) => bytes.writeBigUInt64BE(BigInt(value), at);
    for (const [at, value] of [
      [8, 104],
      [16, 80],
      [24, 104],
      [32, 80],
      [40, 192],
      [48, 16],
      [168, 184],
      [176, 8],
    ] as const)
      u64(at, value);
    u64(184, 77);
    bytes.writeUInt32BE(9, 192);
    bytes.writeUInt16BE(16, 198);
    writeFileSync(path, bytes);
    const reader = PerfDataReader.open(path);
    expect(reader.events.map(({ ids }) => ids)).toEqual([[77n]]);
    expect([...reader.records()].map(({ type, body: { byteLength } }) => [type, byteLength])).toEqual([[9, 8]]);
    reader.close();
  });

  it('of every truncation and of mutations neither fails nor gives more than there is', () => {
    write(Array.from({ length: 8 }, (_, i) => record(9, Buffer.alloc(24, i))));
    const whole = readFileSync(path);
    const survives = (bytes: Buffer) => {
      writeFileSync(path, bytes);
      const read = readAll();
      if (read) expect(Buffer.concat(read.bodies).length).toBeLessThanOrEqual(bytes.length);
    };
    for (let length = 0; length < whole.length; length += 1) survives(whole.subarray(0, length));
    const mutation = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(mutation, { minLength: 1, maxLength: 12 }), (mutations) => {
        const bytes = Buffer.from(whole);
        for (const [at, value] of mutations) bytes[at] = value;
        survives(bytes);
      }),
      { numRuns: 3000 },
    );
  });
});
