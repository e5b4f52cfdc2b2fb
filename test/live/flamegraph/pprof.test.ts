import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Location, Profile } from 'pprof-format';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { compile, hasPerf, isRoot, perf, syswide } from '../run';

needs(isRoot && hasPerf, 'root and perf');

const folder = mkdtempSync(join(tmpdir(), 'syswide-pprof-'));
const data = join(folder, 'perf.data');
const program = compile('inlined-work', ['-g', '-fno-omit-frame-pointer', '-Wl,--build-id']);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  program.dispose();
});

if (isRoot && hasPerf) {
  // On CPU 0: what is 0 is easily taken for nothing.
  const load = `${program.path}; timeout 1 taskset -c 0 ls -lR /usr/share/doc > /dev/null; true`;
  perf(['record', '-q', '-g', '--sample-cpu', '-F', '2000', '-m', '4M', '-o', data, '--', 'sh', '-c', load]);
}

function exported(...args: readonly string[]): string {
  const file = join(folder, `profile${args.join('')}.pb.gz`);
  const { status, stderr } = syswide(['export', '-i', data, '--format', 'pprof', '-o', file, ...args]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return file;
}

/** A profile, and its parts by what they are called. */
function decoded(file: string) {
  const profile = Profile.decode(gunzipSync(readFileSync(file)));
  const text = (index: number | bigint) => profile.stringTable.strings[Number(index)] ?? '';
  const functions = new Map(profile.function.map((one) => [Number(one.id), one]));
  const locations = new Map(profile.location.map((one) => [Number(one.id), one]));
  const mappings = new Map(profile.mapping.map((one) => [Number(one.id), one]));
  const namesAt = ({ line }: Location) =>
    line.map(({ functionId }) => text(functions.get(Number(functionId))?.name ?? 0));
  const mappingOf = ({ mappingId }: Location) => mappings.get(Number(mappingId));
  return { profile, text, functions, locations, mappings, namesAt, mappingOf };
}

/** Periods by the function that samples were taken in; those without a name in one. */
function selfOf(file: string): Map<string, number> {
  const { profile, locations, namesAt } = decoded(file);
  const sums = new Map<string, number>();
  for (const { locationId, value } of profile.sample) {
    const leaf = locations.get(Number(locationId[0]));
    const name = (leaf && namesAt(leaf)[0]) ?? '';
    const key = name.startsWith('[') ? '' : name;
    sums.set(key, (sums.get(key) ?? 0) + Number(value[1]));
  }
  return sums;
}

function reported(...args: readonly string[]): Map<string, number> {
  const { stdout } = syswide(['report', '-i', data, '--json', '--no-children', '-g', 'none', '-s', 'sym', ...args]);
  const { events } = JSON.parse(stdout) as { events: { entries: { symbol: string | null; period: number }[] }[] };
  const sums = new Map<string, number>();
  for (const { symbol, period } of events.flatMap(({ entries }) => entries)) {
    sums.set(symbol ?? '', (sums.get(symbol ?? '') ?? 0) + Number(period));
  }
  return sums;
}

const sorted = (sums: ReadonlyMap<string, number>) => [...sums].sort(([a], [b]) => (a < b ? -1 : 1));

describe('a profile for pprof', () => {
  it.each([[[]], [['--inline']]])('gives functions what report gives them, with %j', (args: readonly string[]) => {
    const ours = selfOf(exported(...args));
    expect(ours.size).toBeGreaterThan(20);
    expect(sorted(ours)).toEqual(sorted(reported(...args)));
  });

  it('has for each address the one that the file of its program has, in a mapping of its code', () => {
    const { profile, text, namesAt, mappingOf, mappings } = decoded(exported());
    const own = profile.location.filter((one) => text(mappingOf(one)?.filename ?? 0) === program.path);
    expect(own.length).toBeGreaterThan(1);
    const input = own.map(({ address }) => `0x${address.toString(16)}`);
    const names = execFileSync('addr2line', ['-f', '-e', program.path, ...input], { encoding: 'utf8' }).split('\n');
    // Without `-i` it names the innermost function, which is the inlined one.
    const called = own.map((one) => namesAt(one).at(-1));
    expect(new Set(called)).toContain('outer');
    for (const [i, name] of called.entries()) {
      if (name === 'outer') expect(names[i * 2]).toMatch(/^(?:outer|innermost)$/u);
    }
    for (const { mappingId, address } of profile.location) {
      const { memoryStart = 0, memoryLimit = 0 } = mappings.get(Number(mappingId)) ?? {};
      if (Number(memoryLimit) === 0) continue;
      expect(BigInt(address)).toBeGreaterThanOrEqual(BigInt(memoryStart));
      expect(BigInt(address)).toBeLessThan(BigInt(memoryLimit));
    }
  });

  it('has build-ids, of programs and of the kernel', () => {
    const { profile, text } = decoded(exported());
    const notes = execFileSync('readelf', ['-n', program.path], { encoding: 'utf8' });
    const [, id] = /Build ID: ([\da-f]+)/u.exec(notes) ?? [];
    const idOf = (path: string) => text(profile.mapping.find(({ filename }) => text(filename) === path)?.buildId ?? 0);
    expect(idOf(program.path)).toBe(id);
    expect(idOf('[kernel.kallsyms]')).toBe(
      /\[kernel\.kallsyms\]/u.test(perf(['buildid-list', '-i', data]).stdout)
        ? /^([\da-f]+) \[kernel\.kallsyms\]$/mu.exec(perf(['buildid-list', '-i', data]).stdout)?.[1]
        : '',
    );
    // The first is taken for the program itself: that which has most samples by its command.
    expect(text(profile.mapping[0]?.filename ?? 0)).toMatch(/^\/.*\/(?:inlined-work|ls)$/u);
  });

  it('has the kernel where its symbols are', () => {
    const { profile, text, namesAt, mappingOf } = decoded(exported());
    const kallsyms = readFileSync('/proc/kallsyms', 'utf8');
    const places = [...kallsyms.matchAll(/^([\da-f]{16}) [tT] do_syscall_64$/gmu)];
    const begin = BigInt(`0x${places[0]?.[1]}`);
    const found = profile.location.filter((one) => namesAt(one)[0] === 'do_syscall_64');
    expect(found.length).toBeGreaterThan(0);
    for (const one of found) {
      expect(text(mappingOf(one)?.filename ?? 0)).toBe('[kernel.kallsyms]');
      const into = BigInt.asUintN(64, BigInt(one.address)) - begin;
      expect(into >= 0n && into < 4096n).toBe(true);
    }
  });

  it('has lines, and functions that the compiler put into others, as addr2line tells them', () => {
    const { profile, text, functions, namesAt } = decoded(exported('--inline'));
    const inlined = profile.location.find((one) => namesAt(one).join(' in ') === 'innermost in outer');
    if (!inlined) throw new Error('innermost is not there');
    const told = execFileSync('addr2line', ['-f', '-i', '-e', program.path, `0x${inlined.address.toString(16)}`], {
      encoding: 'utf8',
    });
    const ours = inlined.line.map(({ functionId, line }) => {
      const { name = 0, filename = 0 } = functions.get(Number(functionId)) ?? {};
      return `${text(name)}\n${text(filename)}:${line}\n`;
    });
    expect(ours.join('')).toBe(told.replaceAll(/ \(discriminator \d+\)/gu, ''));
  });

  it('has no CPU where samples do not tell, as chrome-trace has none', () => {
    const untold = join(folder, 'untold.data');
    const out = (name: string) => join(folder, name);
    perf(['record', '-q', '-F', '2000', '-o', untold, '--', 'ls', '-lR', '/usr/share/doc']);
    syswide(['export', '-i', untold, '--format', 'pprof', '-o', out('untold.pb.gz')]);
    const { profile, text } = decoded(out('untold.pb.gz'));
    const keys = new Set(profile.sample.flatMap(({ label }) => label.map(({ key }) => text(key))));
    expect([...keys]).toEqual(['comm', 'event', 'pid', 'tid']);
    syswide(['export', '-i', untold, '--format', 'chrome-trace', '-o', out('untold.json')]);
    const { samples } = JSON.parse(readFileSync(out('untold.json'), 'utf8')) as { samples: object[] };
    expect(samples.length).toBeGreaterThan(0);
    expect(samples.filter((sample) => 'cpu' in sample)).toEqual([]);
  });

  it('labels samples with command, event, process, thread and CPU, also where these are 0', () => {
    const { profile, text } = decoded(exported());
    const labels = profile.sample.map(({ label }) =>
      Object.fromEntries(label.map(({ key, str, num }) => [text(key), Number(str) === 0 ? Number(num) : text(str)])),
    );
    expect(Object.keys(labels[0] ?? {})).toEqual(['comm', 'event', 'pid', 'tid', 'cpu']);
    expect(labels.some(({ comm, cpu }) => comm === 'ls' && cpu === 0)).toBe(true);
    const units = profile.sample.flatMap(({ label }) =>
      label.filter(({ str }) => Number(str) === 0).map((one) => one.numUnit),
    );
    expect(new Set(units.map(text))).toEqual(new Set(['id']));
  });
});

describe('go tool pprof', () => {
  needs(spawnSync('go', ['version']).status === 0, 'go: golang-go');

  it('reads profiles, and gives functions what report gives them', () => {
    for (const args of [[], ['--inline']]) {
      const go = ['tool', 'pprof', '-top', '-nodecount=100000', '-nodefraction=0', exported(...args)];
      const text = execFileSync('go', go, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
      const rows = [
        ...text.matchAll(/^ *(\d+) +[\d.]+% +[\d.]+% +\d+ +[\d.]+% +(.*?)(?: \((?:partial-)?inline\))?$/gmu),
      ];
      const theirs = new Map(
        rows.flatMap(([, flat, name = '']) => (name.startsWith('[') ? [] : [[name, Number(flat)]])),
      );
      const ours = [...reported(...args)].filter(([name]) => name !== '');
      expect(ours.length).toBeGreaterThan(20);
      for (const [name, period] of ours) expect([name, theirs.get(name)]).toEqual([name, period]);
    }
  });
});
