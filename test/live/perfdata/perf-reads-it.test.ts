import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecordType } from '../../../src/abi/ring-page';
import { LocalHost } from '../../../src/host/host';
import { RealKernel } from '../../../src/native/real-kernel';
import type { RecordingFacts } from '../../../src/perfdata/features';
import { PerfDataWriter } from '../../../src/perfdata/perf-data-writer';
import { RingDrain } from '../../../src/ring/ring-drain';
import { needs } from '../needs';
import { hasPerf, isRoot, perf } from '../run';
import { countRecords, TwoSampledEvents } from './records';

needs(isRoot && hasPerf, 'root, and perf as the judge');

const facts: RecordingFacts = {
  hostname: 'host.example',
  osRelease: '6.18.0-test',
  version: 'syswide-test',
  arch: 'x86_64',
  cpusPresent: 2,
  cpusOnline: 2,
  cpuDescription: 'A CPU of the test',
  totalMemoryKib: 4_000_000n,
  commandLine: ['syswide', 'record', '-a'],
};

const kernel = RealKernel.shared();
const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
const path = join(folder, 'perf.data');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Keeps the CPU busy, and switches between tasks. */
const work = () => {
  for (let i = 0; i < 20; i += 1) execFileSync('true');
};

/** What perf makes of a file, without a word of complaint. */
function perfSays(args: readonly string[], file = path): string {
  const { status, stdout, stderr } = perf([...args, '-i', file]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

const dataOf = (file: string): Buffer => {
  const bytes = readFileSync(file);
  const at = Number(bytes.readBigUInt64LE(40));
  return bytes.subarray(at, at + Number(bytes.readBigUInt64LE(48)));
};

/** Lines of perf script with samples of an event. */
const samplesOf = (file: string, event: string): number =>
  perfSays(['script', '-F', 'event,time,cpu'], file)
    .split('\n')
    .filter((line) => line.includes(` ${event}:`)).length;

describe('a file that was written from the rings of every CPU', () => {
  let events: TwoSampledEvents;
  let writer: PerfDataWriter;
  let drain: RingDrain;

  beforeEach(() => {
    events = new TwoSampledEvents(kernel, [...new LocalHost(kernel).cpus().online]);
    writer = PerfDataWriter.create(path, events.events, facts);
    drain = new RingDrain(kernel, events.rings);
  });

  afterEach(() => {
    events.close();
    writer.close();
  });

  const record = () => {
    events.enable();
    for (let i = 0; i < 3; i += 1) {
      work();
      drain.drain((_, views) => writer.append(views));
    }
    events.disable();
    drain.drain((_, views) => writer.append(views));
  };

  it('is read by perf, sample by sample', () => {
    record();
    writer.finish({});
    const total = samplesOf(path, 'cpu-clock') + samplesOf(path, 'context-switches');
    expect(total).toBe(countRecords(dataOf(path), RecordType.sample));
    expect(total).toBeGreaterThan(100);
    expect(countRecords(dataOf(path), RecordType.lost)).toBe(0);
  });

  it('tells perf of its events and of the machine', () => {
    record();
    writer.finish({});
    expect(perfSays(['evlist'])).toBe('cpu-clock\ncontext-switches\n');
    const header = perfSays(['report', '--header-only']);
    for (const line of [
      '# hostname : host.example',
      '# os release : 6.18.0-test',
      '# perf version : syswide-test',
      '# arch : x86_64',
      '# nrcpus online : 2',
      '# nrcpus avail : 2',
      '# cpudesc : A CPU of the test',
      '# total memory : 4000000 kB',
      '# cmdline : syswide record -a',
      '# event : name = cpu-clock,',
      '# event : name = context-switches,',
    ])
      expect(header).toContain(line);
  });

  it('opens in perf up to its last sync when its writer is killed', () => {
    record();
    writer.sync();
    const synced = countRecords(dataOf(path), RecordType.sample);
    record();
    // As a kill leaves it: with records behind the sync.
    const left = join(folder, 'left.data');
    copyFileSync(path, left);
    expect(samplesOf(left, 'cpu-clock') + samplesOf(left, 'context-switches')).toBe(synced);
    expect(synced).toBeGreaterThan(100);
  });

  it('is for its owner alone, and keeps an earlier one', () => {
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.old`)).toBe(true);
  });
});

describe('on a disk that fills up', () => {
  const mount = join(folder, 'small');
  const file = join(mount, 'perf.data');

  beforeEach(() => {
    mkdirSync(mount, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', mount]);
  });
  afterEach(() => execFileSync('umount', ['-l', mount]));

  it('ends with the last records that were written whole, and perf reads them', () => {
    const events = new TwoSampledEvents(kernel, [...new LocalHost(kernel).cpus().online]);
    const writer = PerfDataWriter.create(file, events.events, facts);
    const drain = new RingDrain(kernel, events.rings);
    const fill = () => {
      events.enable();
      for (let i = 0; i < 5000; i += 1) {
        execFileSync('true');
        drain.drain((_, views) => writer.append(views));
      }
    };
    try {
      expect(fill).toThrowError(/cannot write .* ENOSPC/u);
      writer.sync();
    } finally {
      events.close();
      writer.close();
    }
    const total = samplesOf(file, 'cpu-clock') + samplesOf(file, 'context-switches');
    expect(total).toBe(countRecords(dataOf(file), RecordType.sample));
    expect(total).toBeGreaterThan(100);
  });
});

describe('where something stands already', () => {
  const one = () => new TwoSampledEvents(kernel, [...new LocalHost(kernel).cpus().online]);

  it('leaves alone what a symbolic link points to', () => {
    const [link, victim] = [join(folder, 'link.data'), join(folder, 'victim')];
    writeFileSync(victim, 'precious');
    symlinkSync(victim, link);
    const events = one();
    PerfDataWriter.create(link, events.events, facts).close();
    events.close();
    expect(readFileSync(victim, 'utf8')).toBe('precious');
    expect(statSync(link).isFile()).toBe(true);
  });

  it('refuses what is no file', () => {
    const events = one();
    expect(() => PerfDataWriter.create(folder, events.events, facts)).toThrowError(/cannot write .* no file/u);
    events.close();
  });
});
