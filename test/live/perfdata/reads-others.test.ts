import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { decodeSample } from '../../../src/abi/sample';
import { Feature } from '../../../src/perfdata/file-layout';
import { PerfDataReader } from '../../../src/perfdata/perf-data-reader';
import { needs } from '../needs';
import { hasPerf, isRoot, launcher, perf } from '../run';

needs(isRoot && hasPerf, 'root, and perf as the writer');

const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const load = ['dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=1500000', 'status=none'];

/** The times of samples, in order, and how many bytes could not be read. */
function timesIn(path: string) {
  const reader = PerfDataReader.open(path);
  const attr = Buffer.from(reader.events[0]?.attr ?? []);
  const layout = { sampleType: attr.readBigUInt64LE(24), readFormat: attr.readInt32LE(32), littleEndian: true };
  const times: bigint[] = [];
  for (const { type, body } of reader.records()) {
    if (type === RecordType.sample) times.push(decodeSample(body, layout)?.time ?? 0n);
  }
  reader.close();
  return { times: times.sort((a, b) => (a < b ? -1 : 1)), unread: reader.unread, reader };
}

/** The same, as perf prints them. */
const timesPerfPrints = (path: string): bigint[] =>
  [...perf(['script', '--ns', '-F', 'time', '-i', path]).stdout.matchAll(/(\d+)\.(\d{9}):/gu)].map(
    ([, seconds, nanoseconds]) => BigInt(`${seconds}${nanoseconds}`),
  );

describe('a compressed recording', () => {
  const path = join(folder, 'z.data');

  it('has the samples that perf finds in it', () => {
    perf(['record', '-q', '-z', '-g', '-F', '5000', '-o', path, '--', ...load]);
    expect(perf(['report', '--header-only', '-i', path]).stdout).toMatch(/compressed : Zstd/u);
    const { times, unread } = timesIn(path);
    expect(times.length).toBeGreaterThan(500);
    expect(unread).toBe(0);
    expect(times).toEqual(timesPerfPrints(path));
  });

  it('that is damaged or cut off tells what could not be read', () => {
    const whole = readFileSync(path);
    const bad = join(folder, 'bad.data');
    for (let i = 0; i < 40; i += 1) {
      const bytes = Buffer.from(whole);
      const at = 400 + Math.floor(Math.random() * (bytes.length - 400));
      bytes.writeUInt8(bytes.readUInt8(at) ^ (1 + Math.floor(Math.random() * 255)), at);
      writeFileSync(bad, i % 2 === 0 ? bytes : whole.subarray(0, at));
      try {
        timesIn(bad);
      } catch (error) {
        expect(error).toMatchObject({ code: 'BAD_FILE' });
      }
    }
  });
});

describe('a piped recording', () => {
  const piped = (command: readonly string[], path: string) => {
    const quoted = command.map((word) => `'${word}'`).join(' ');
    const { status } = spawnSync('sh', ['-c', `${quoted} > '${path}'`], { timeout: 60_000 });
    expect(status).toBe(0);
  };

  it.each([
    ['perf', ['perf', 'record', '-q', '-g', '-F', '5000', '-e', 'cpu-clock', '-o', '-']],
    ['syswide', [process.execPath, launcher, 'record', '-q', '-g', '-F', '5000', '-e', 'cpu-clock', '-o', '-']],
  ])('of %s has the samples that perf finds in it, and what it says of itself', (name, record) => {
    const path = join(folder, `${name}.pipe`);
    piped([...record, '--', ...load], path);
    const { times, unread, reader } = timesIn(path);
    expect(times.length).toBeGreaterThan(300);
    expect(unread).toBe(0);
    expect(times).toEqual(timesPerfPrints(path));
    expect(reader.events[0]?.ids.length).toBeGreaterThan(0);
    const again = PerfDataReader.open(path);
    expect(again.feature(Feature.arch)?.toString('utf8', 4)).toMatch(/^(x86_64|aarch64)\0/u);
    again.close();
  });

  it('has the layout of its tracepoints', () => {
    const path = join(folder, 'trace.pipe');
    piped(['perf', 'record', '-q', '-e', 'sched:sched_switch', '-a', '-o', '-', '--', 'sleep', '0.2'], path);
    const reader = PerfDataReader.open(path);
    const data = reader.feature(Feature.tracingData);
    expect(data?.subarray(0, 10).toString('latin1')).toBe('\u0017\bDtracing');
    expect(data?.toString('latin1')).toContain('name: sched_switch');
    expect([...reader.records()].length).toBeGreaterThan(0);
    expect(reader.unread).toBe(0);
    reader.close();
  });

  it('of nothing is refused', () => {
    const path = join(folder, 'empty.pipe');
    writeFileSync(path, Buffer.from('50455246494c45321000000000000000', 'hex'));
    expect(() => PerfDataReader.open(path)).toThrow(expect.objectContaining({ code: 'BAD_FILE' }));
  });
});
