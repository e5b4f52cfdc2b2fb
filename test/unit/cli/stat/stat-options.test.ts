import { describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { statCommand } from '../../../../src/cli/stat/stat-command';
import { type StatOptions, statOptions } from '../../../../src/cli/stat/stat-options';

/** What a command line means, all the way from its words. */
async function parsed(...words: string[]): Promise<StatOptions> {
  const found: StatOptions[] = [];
  const command = statCommand(async (raw, argv) => void found.push(statOptions(raw, argv))).exitOverride();
  await command.parseAsync(words, { from: 'user' });
  const [options] = found;
  if (!options) throw new Error('nothing was parsed');
  return options;
}

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '');
const MS = 1_000_000n;

describe('what contradicts itself or makes no sense', () => {
  it.each<[string, RegExp]>([
    ['-a -p 1', /-a and -p together/],
    ['-a -t 1', /-a and -t together/],
    ['-p 1 -t 2', /-p and -t together/],
    ['-C 0 -p 1', /-p and -C together/],
    ['-p 0', /no list of ids/],
    ['-p 1,,2', /no list of ids/],
    ['-p -1', /no list of ids/],
    ['-t 99999999', /no list of ids/],
    ['-n -e cycles', /-n — events/],
    ['-n -M ipc', /-n — events/],
    ['-a -G a', /-G — .*-e/],
    ['-a -e cs -G a --for-each-cgroup b', /-G and --for-each-cgroup together/],
    ['--exclude-self -- true', /--exclude-self — .* — leave it out, or add -a$/],
    ['-a --per-thread --exclude-self', /--exclude-self — .* — leave it out, or --per-thread$/],
    ['-e cs -G a -- true', /cgroups — they are counted CPU by CPU/],
    ['-p 1 --for-each-cgroup a', /cgroups — they are counted CPU by CPU/],
    ['--all-user --all-kernel', /--all-user and --all-kernel together/],
    ['--exclude-self -- true', /--exclude-self/],
    ['--exclude-self -p 1', /--exclude-self/],
    ['-a -A --per-core', /-A and --per-core together/],
    ['-a --per-socket --per-node', /--per-socket and --per-node together/],
    ['-a --per-cache=L2 --per-thread', /--per-cache and --per-thread together/],
    ['-A -- true', /-A lists counts by CPU/],
    ['-A -p 1', /-A lists counts by CPU/],
    ['--per-thread -- true', /--per-thread/],
    ['-C 0 --per-thread', /--per-thread/],
    ['-a --per-cache=L0', /no level of caches/],
    ['-a --per-cache=L10', /no level of caches/],
    ['-a --per-cache=3x', /no level of caches/],
    ['-a --per-cache=', /no level of caches/],
    ['-a -r 3', /-r — there is no command/],
    ['-r -1 -- true', /no number of times/],
    ['-r 1.5 -- true', /no number of times/],
    ['-r 1000000001 -- true', /no number of times/],
    ['--table -- true', /--table — /],
    ['-r 1 --table -- true', /--table — /],
    ['-r 0 --table -- true', /--table — /],
    ['-I 0', /no number of milliseconds/],
    ['-I -5', /no number of milliseconds/],
    ['-I 1.5', /no number of milliseconds/],
    ['-I 2147483648', /no number of milliseconds/],
    ['-I 100 --interval-count 0', /--interval-count 0/],
    ['-I 100 --interval-count x', /no number of times/],
    ['--interval-count 5', /there are no intervals/],
    ['--interval-clear', /there are no intervals/],
    ['--summary', /there are no intervals/],
    ['-D -2', /no number of milliseconds/],
    ['-D x', /no number of milliseconds/],
    ['--timeout 0', /no number of milliseconds/],
    ['--append', /no file to append to/],
    ['-o a --log-fd 3', /-o and --log-fd together/],
    ['-o a --save ./a', /-o and --save of the same file/],
    ['-o a --append --save a', /one of them would be lost/],
    ['--log-fd x', /no file descriptor/],
    ['--log-fd -1', /no file descriptor/],
    ['-j -x ,', /-j and -x together/],
    ['--filter x==1', /no -e before it/],
    ['--wait-slots ten', /--wait-slots/],
    ['--control nonsense', /--control/],
  ])('%s', async (line, why) => {
    const error = await parsed(...words(line)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(SyswideError);
    expect(error).toMatchObject({ code: 'USAGE' });
    expect(String((error as SyswideError).message)).toMatch(why);
    // What to do about it is never missing.
    expect((error as SyswideError).message.split(' — ').at(-1)?.length).toBeGreaterThan(5);
  });
});

describe('targets', () => {
  it.each<[string, StatOptions['target']]>([
    ['', { kind: 'system' }],
    ['-a', { kind: 'system' }],
    ['--all-cpus -- true', { kind: 'system' }],
    ['-- true', { kind: 'command' }],
    ['true -a', { kind: 'command' }],
    ['-C 0-1 -- true', { kind: 'cpus', list: '0-1' }],
    ['-a -C 0', { kind: 'cpus', list: '0' }],
    ['-p 4711,4712,4711', { kind: 'processes', ids: [4711, 4712] }],
    ['-t 4711 -- sleep 1', { kind: 'threads', ids: [4711] }],
    ['--per-thread', { kind: 'all threads' }],
    ['-a --per-thread', { kind: 'all threads' }],
  ])('%s', async (line, target) => {
    expect((await parsed(...words(line))).target).toEqual(target);
  });

  it('leave the options behind a command to it', async () => {
    expect((await parsed('ls', '-a', '-x')).command).toEqual(['ls', '-a', '-x']);
    expect((await parsed('-a', '--', 'ls', '--', '-j')).command).toEqual(['ls', '--', '-j']);
  });
});

describe('aggregations', () => {
  it.each<[string, StatOptions['aggregation']]>([
    ['-a', 'global'],
    ['-a -A', 'cpu'],
    ['-C 0 --no-aggr', 'cpu'],
    ['-p 1 --per-cpu', 'cpu'],
    ['-a -A --per-cpu', 'cpu'],
    ['-a --per-core', 'core'],
    ['-a --per-cluster', 'cluster'],
    ['-a --per-die', 'die'],
    ['--per-socket -- true', 'socket'],
    ['-a --per-node', 'node'],
    ['-a --per-cache', 'cache'],
    ['-a --per-cache=L2', 'cache2'],
    ['-a --per-cache=l3', 'cache3'],
    ['-a --per-cache 1', 'cache1'],
    ['-p 1 --per-thread', 'thread'],
    ['-t 1 --per-thread', 'thread'],
  ])('%s', async (line, aggregation) => {
    expect((await parsed(...words(line))).aggregation).toBe(aggregation);
  });
});

describe('when and how often', () => {
  const plain = { table: false, sync: false };
  it.each<[string, StatOptions['run']]>([
    ['-- true', plain],
    ['-r 5 -- true', { ...plain, repeat: 5 }],
    ['--repeat=0 -- true', { ...plain, repeat: 0 }],
    ['-r 3 --table -S --pre a --post b -- true', { repeat: 3, table: true, sync: true, pre: 'a', post: 'b' }],
    ['-D 0 -- true', plain],
    ['-D 100 -- true', { ...plain, delay: 100n * MS } as StatOptions['run']],
    ['-D -1 -- true', { ...plain, delay: 'until enabled' }],
    ['--delay=-1 -- true', { ...plain, delay: 'until enabled' }],
    ['--timeout 2147483647', { ...plain, timeout: 2_147_483_647n * MS } as StatOptions['run']],
  ])('%s', async (line, run) => {
    expect((await parsed(...words(line))).run).toEqual(run);
  });

  it.each([
    ['-I 1', { every: MS, clear: false, summary: false }],
    ['-I 2147483647', { every: 2_147_483_647n * MS, clear: false, summary: false }],
    ['--interval-print=10 --interval-count 3', { every: 10n * MS, most: 3, clear: false, summary: false }],
    ['-I 10 --interval-clear --summary', { every: 10n * MS, clear: true, summary: true }],
  ])('%s', async (line, intervals) => {
    expect((await parsed(...words(line))).run.intervals).toEqual(intervals);
  });
});

describe('events', () => {
  it('keep the order of -e and of the filters behind each', async () => {
    const { events } = await parsed(...words('-e a --filter x -e b,c --filter y --filter z'));
    expect(events.texts).toEqual([
      { text: 'a', filters: ['x'] },
      { text: 'b,c', filters: ['y', 'z'] },
    ]);
  });

  it.each([
    ['', 0],
    ['-d', 1],
    ['-dd', 2],
    ['-d -d --detailed', 3],
  ])('%s has so many details: %i', async (line, detail) => {
    expect((await parsed(...words(line))).events.detail).toBe(detail);
  });

  it('and all else that says what is counted', async () => {
    const { events, metricOnly, scale, allowMissing } = await parsed(
      ...words('-a -i -M ipc -M x=cycles --metric-only --for-each-cgroup a,b --all-user --no-scale --allow-missing'),
    );
    expect(events).toEqual({
      texts: [],
      metrics: ['ipc', 'x=cycles'],
      detail: 0,
      none: false,
      cgroups: [],
      forEachCgroup: ['a', 'b'],
      privilege: 'user',
      inherit: false,
    });
    expect([metricOnly, scale, allowMissing]).toEqual([true, false, true]);
    expect((await parsed('-a', '--for-each-cgroup', '')).events.forEachCgroup).toEqual(['/']);
    expect((await parsed('-a', '--for-each-cgroup', 'a,,b')).events.forEachCgroup).toEqual(['a', '/', 'b']);
    expect((await parsed('-a', '-n')).events.none).toBe(true);
    expect((await parsed(...words('-a -e cs -G a,b -G c --all-kernel'))).events).toMatchObject({
      cgroups: ['a,b', 'c'],
      privilege: 'kernel',
      inherit: true,
    });
  });

  it('are not those of the command line before', async () => {
    await parsed('-d', '-e', 'a', '-M', 'ipc');
    const { events } = await parsed('-d', '-e', 'b');
    expect(events).toMatchObject({ texts: [{ text: 'b', filters: [] }], detail: 1, metrics: [] });
  });
});

describe('output', () => {
  it.each<[string, StatOptions['output']]>([
    ['', { kind: 'standard error' }],
    ['-o a', { kind: 'file', path: 'a', append: false }],
    ['-o a --append', { kind: 'file', path: 'a', append: true }],
    ['--log-fd 3', { kind: 'fd', fd: 3 }],
    ['--log-fd 3 --append', { kind: 'fd', fd: 3 }],
    ['--quiet', { kind: 'none' }],
    ['--quiet -o a', { kind: 'none' }],
  ])('%s', async (line, output) => {
    expect((await parsed(...words(line))).output).toEqual(output);
  });

  it.each<[string, StatOptions['format']]>([
    ['', { kind: 'table' }],
    ['-j', { kind: 'json' }],
    ['-x,', { kind: 'csv', separator: ',', summaryPrefix: true }],
    ['-x \\t', { kind: 'csv', separator: '\t', summaryPrefix: true }],
    ['--field-separator=; --no-csv-summary', { kind: 'csv', separator: ';', summaryPrefix: false }],
  ])('%s', async (line, format) => {
    expect((await parsed(...words(line))).format).toEqual(format);
  });
});
