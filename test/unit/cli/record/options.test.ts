import { describe, expect, it } from 'vitest';
import { type RawRecordOptions, recordOptions } from '../../../../src/cli/record/record-options';
import { ringPages } from '../../../../src/cli/record/ring-pages';

const parse = (raw: Partial<RawRecordOptions>) => recordOptions({ output: 'perf.data', ...raw }, []);
const refused = (raw: Partial<RawRecordOptions>) => {
  expect(() => parse(raw)).toThrow(expect.objectContaining({ code: 'USAGE' }));
};

describe('the options of record', () => {
  it('say how often a sample is taken', () => {
    expect(parse({}).rate).toEqual({ kind: 'default' });
    expect(parse({ freq: '99' }).rate).toEqual({ kind: 'frequency', hertz: 99n });
    expect(parse({ freq: 'max' }).rate).toEqual({ kind: 'frequency', hertz: 'max' });
    expect(parse({ count: '1000' }).rate).toEqual({ kind: 'period', events: 1000n });
    for (const raw of [{ freq: '0' }, { freq: '-1' }, { count: 'x' }, { freq: '1', count: '1' }]) refused(raw);
  });

  it('say what samples have besides', () => {
    expect([parse({}).raw, parse({ rawSamples: true }).raw]).toEqual([false, true]);
  });

  it('say how much may be lost', () => {
    expect(parse({ strict: true }).mostLost).toEqual({ option: '--strict', records: 0n });
    expect(parse({ maxLost: '100%' }).mostLost).toEqual({ option: '--max-lost', percent: 100 });
    for (const maxLost of ['', '-1', 'few', '1e3', '0.5', '101%']) refused({ maxLost });
    refused({ strict: true, maxLost: '100%' });
  });

  it('say how callers are found', () => {
    expect(parse({ g: true }).callGraph).toEqual({ kind: 'fp' });
    expect(parse({ callGraph: 'dwarf' }).callGraph).toEqual({ kind: 'dwarf', stackBytes: 8192 });
    expect(parse({ callGraph: 'dwarf,65528' }).callGraph).toEqual({ kind: 'dwarf', stackBytes: 65528 });
    for (const callGraph of ['dwarf,', 'dwarf,7', 'dwarf,65536', 'dwarfs', 'lbr', '']) refused({ callGraph });
  });

  it('name clocks as perf does', () => {
    expect(parse({}).clockId).toBe(1);
    for (const clockid of ['raw', 'monotonic_raw', 'CLOCK_MONOTONIC_RAW', '4'])
      expect(parse({ clockid }).clockId).toBe(4);
    for (const clockid of ['', 'x', '2', 'monotonic_coarse']) refused({ clockid });
  });

  it('say what is told of tasks that run already', () => {
    const running = (synth?: string) => parse(synth === undefined ? {} : { synth }).tell.running;
    expect([running(), running('all'), running('mmap')]).toEqual(Array(3).fill('tasks and maps'));
    expect([running('task'), running('no')]).toEqual(['tasks', 'nothing']);
    for (const synth of ['', 'cgroups', 'tasks', 'no,x']) refused({ synth });
  });

  it('say what is told of cgroups, and of those that there are already as of tasks', () => {
    const told = (raw: Partial<RawRecordOptions>) => {
      const { cgroups, olderCgroups, running } = parse(raw).tell;
      return { cgroups, olderCgroups, running };
    };
    const [maps, nothing] = ['tasks and maps', 'nothing'];
    expect(told({})).toEqual({ cgroups: false, olderCgroups: false, running: maps });
    expect(told({ synth: 'cgroup' })).toEqual({ cgroups: false, olderCgroups: false, running: nothing });
    expect(told({ allCgroups: true })).toEqual({ cgroups: true, olderCgroups: true, running: maps });
    expect(told({ allCgroups: true, synth: 'task,mmap' }).olderCgroups).toBe(false);
    expect(told({ allCgroups: true, synth: 'cgroup' })).toEqual({
      cgroups: true,
      olderCgroups: true,
      running: nothing,
    });
  });

  it('take cgroups for events that are named, on whole CPUs', () => {
    const event = [{ text: 'cpu-clock', filters: [] }];
    expect(parse({ cgroup: ['a', 'b'], event, allCpus: true }).cgroups).toEqual(['a', 'b']);
    expect(parse({ cgroup: ['a'], event, cpu: '0' }).cgroups).toEqual(['a']);
    expect(parse({ event }).cgroups).toEqual([]);
    refused({ cgroup: ['a'], allCpus: true });
    refused({ cgroup: ['a'], event, pid: '1' });
    expect(() => recordOptions({ output: 'x', synth: 'all', event, cgroup: ['a'] }, ['true'])).toThrow(/add -a/);
  });

  it('take sizes with a unit', () => {
    expect(parse({ maxSize: '2G' }).file.mostBytes).toBe(2 ** 31);
    expect(parse({ mmapPages: '64' }).file.ring).toEqual({ pages: 64 });
    expect(parse({ mmapPages: '8m' }).file.ring).toEqual({ bytes: 8 << 20 });
    for (const maxSize of ['', '0', '1T', '-1M', '1.5M']) refused({ maxSize });
  });
});

describe('the files of a recording', () => {
  const file = (raw: Partial<RawRecordOptions>) => parse(raw).file;

  it('are one by default, or as many as --switch-output says', () => {
    expect(file({})).toMatchObject({ to: { path: 'perf.data' }, overwrite: false });
    expect(file({}).rotation).toBeUndefined();
    expect(file({ switchOutput: true }).rotation).toEqual({ keepsLastName: false });
    expect(file({ switchOutput: 'signal' }).rotation).toEqual({ keepsLastName: false });
    expect(file({ switchOutput: '10m' }).rotation).toEqual({ every: 600_000_000_000n, keepsLastName: false });
    expect(file({ switchOutput: '2d' }).rotation).toMatchObject({ every: 172_800_000_000_000n });
    expect(file({ switchOutput: '10M', switchMaxFiles: '3' }).rotation).toEqual({
      mostBytes: 10 << 20,
      mostFiles: 3,
      keepsLastName: false,
    });
    expect(file({ overwrite: true }).rotation).toEqual({ keepsLastName: true });
  });

  it('go to standard output as -', () => {
    expect(file({ output: '-' }).to).toEqual({ pipe: 1 });
    const several: Partial<RawRecordOptions>[] = [{ switchOutput: '1s' }, { switchOutput: true }, { overwrite: true }];
    for (const raw of several) refused({ output: '-', ...raw });
  });

  it('are refused what makes no sense', () => {
    for (const switchOutput of ['', 'x', '0s', '1.5s', '10X']) refused({ switchOutput });
    expect(() => file({ switchOutput: '10ms' })).toThrow(/neither a size nor a time — .* or s, m, h or d/);
    refused({ switchMaxFiles: '2' });
    refused({ switchOutput: '1s', switchMaxFiles: '0' });
    refused({ switchOutput: '10M', overwrite: true });
  });
});

describe('the length of a ring', () => {
  it('is 4 MiB, and less where there are hundreds of CPUs', () => {
    expect(ringPages(undefined, 4096, 2)).toBe(1024);
    expect(ringPages(undefined, 65536, 2)).toBe(64);
    expect(ringPages(undefined, 4096, 257)).toBe(512);
    expect(ringPages(undefined, 4096, 8192)).toBe(128);
  });

  it('is a power of two of pages, and no shorter than asked for', () => {
    expect(ringPages({ pages: 1 }, 4096, 2)).toBe(1);
    expect(ringPages({ pages: 100 }, 4096, 2)).toBe(128);
    expect(ringPages({ bytes: 1 }, 4096, 2)).toBe(1);
    expect(ringPages({ bytes: 16 << 20 }, 4096, 2)).toBe(4096);
  });
});
