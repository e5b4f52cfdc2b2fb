import { execFile, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type EventSample, SampledEvent, type SampledEventOptions, SystemWideEvent } from '../../../src/index';
import { needs } from '../needs';
import { isRoot } from '../run';

const run = promisify(execFile);
const launcher = fileURLToPath(new URL('../../../bin/syswide.js', import.meta.url));
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** What this process counts as `command` is asked from another one, while this one goes on. */
async function ctl(command: string, request: string): Promise<void> {
  const { stdout } = await run(launcher, ['ps', '--json']);
  const rows: { id: string; pid: number; command: string }[] = JSON.parse(stdout);
  const own = rows.find((row) => row.pid === process.pid && row.command === command);
  await run(launcher, ['ctl', own?.id ?? 'none', request]);
}

const library = fileURLToPath(new URL('../../../dist/index.cjs', import.meta.url));

/** As a program has it: with Node's own stack. Nothing takes the samples until all are in the rings. */
const program = `
  const { spawnSync } = require('node:child_process');
  const { SampledEvent } = require(${JSON.stringify(library)});
  (async () => {
    const event = await SampledEvent.open({ events: 'raw_syscalls:sys_enter', period: 1n, ringBytes: 64 << 20 });
    event.arm();
    const { pid } = spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=100000', 'status=none']);
    setTimeout(() => event.stop(), 200);
    let count = 0;
    for await (const sample of event.samples()) if (sample.pid === pid) count += 1;
    console.log(JSON.stringify({ isAll: count > 200000 && count < 200500, lost: String(event.lost) }));
    await event.close();
  })();
`;

describe('a sampled event', () => {
  needs(isRoot, 'root, to sample whole CPUs');

  it('gives out all that has come together while nobody took it', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ isAll: true, lost: '0' });
  });

  it('loses nothing to a consumer that breaks off and comes again', async () => {
    await using event = await SampledEvent.open({ events: 'raw_syscalls:sys_enter', ringBytes: 16 << 20 });
    event.arm();
    const { pid } = spawnSync('dd', ['if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=1000', 'status=none']);
    const takeHundred = async () => {
      const taken: EventSample[] = [];
      for await (const sample of event.samples()) {
        if (taken.push(sample) === 100) break;
      }
      return taken;
    };
    let [own, last] = [0, 0n];
    for (let samples = await takeHundred(); samples.length > 0; samples = await takeHundred()) {
      own += samples.filter((sample) => sample.pid === pid).length;
      if (own >= 2000) event.stop();
      expect(samples[0]?.time).toBeGreaterThanOrEqual(last);
      last = samples.at(-1)?.time ?? 0n;
    }
    expect(event.lost).toBe(0n);
    expect(own).toBeGreaterThan(2000);
  });

  it.each([
    ['cpu-clock', []],
    ['sched:sched_switch', ['raw']],
  ])('gives samples of %s all that is told of them, and nothing else', async (events, own) => {
    await using event = await SampledEvent.open({ events });
    event.arm();
    for await (const sample of event.samples()) {
      const common = ['id', 'event', 'time', 'pid', 'tid', 'cpu', 'ip', 'period'];
      expect(Object.keys(sample).sort()).toEqual([...common, ...own].sort());
      // The compiler knows that they are there.
      const place: readonly number[] = [sample.pid, sample.tid, sample.cpu];
      const words: readonly bigint[] = [sample.id, sample.ip, sample.time, sample.period];
      expect([...place, ...words]).not.toContain(undefined);
      break;
    }
  });

  it('can still be stopped once it is closed', async () => {
    const event = await SampledEvent.open({ events: 'cpu-clock' });
    event.arm();
    const stopLater = () => event.stop();
    for await (const { time } of event.samples()) if (time > 0n) break;
    await event.close();
    expect(stopLater).not.toThrow();
    expect(() => event.arm()).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('can be let go and ended by syswide ctl', async () => {
    await using event = await SampledEvent.open({ events: 'cpu-clock', command: ['sampler'] });
    const ended = (async () => {
      let count = 0;
      for await (const sample of event.samples()) count += sample.period > 0n ? 1 : 0;
      return count;
    })();
    await ctl('sampler', 'enable');
    await pause(100);
    await ctl('sampler', 'stop');
    expect(await ended).toBeGreaterThan(10);
  });

  it('is the one kind of event of a program that syswide ctl can stop', async () => {
    await using event = await SystemWideEvent.open({ events: 'cpu-clock', command: ['counter'] });
    event.arm();
    await expect(ctl('counter', 'stop')).rejects.toThrow(/error\[CONTROL_FAILED\]: cannot stop/);
    await ctl('counter', 'disable');
    expect(event.state).toBe('paused');
  });

  it.each([0, 6])('says so where a program has %s file descriptors left', (left) => {
    const crowded = `
      const { closeSync, openSync } = require('node:fs');
      const { SampledEvent } = require(${JSON.stringify(library)});
      (async () => {
        await (await SampledEvent.open({ events: 'cpu-clock' })).close();
        const held = [];
        try { for (;;) held.push(openSync('/dev/null')); } catch {}
        for (const fd of held.splice(0, ${left})) closeSync(fd);
        const { code } = await SampledEvent.open({ events: 'cpu-clock,sched:sched_switch' }).catch((error) => error);
        for (const fd of held) closeSync(fd);
        console.log(code);
      })();
    `;
    const limited = ['-c', 'ulimit -n 100; exec "$0" -e "$1"', process.execPath, crowded];
    const { stdout, stderr } = spawnSync('sh', limited, { encoding: 'utf8' });
    expect({ stdout, stderr }).toEqual({ stdout: 'TOO_MANY_FILES\n', stderr: '' });
  });

  it('says so where rings are longer than can be had', async () => {
    const refused = SampledEvent.open({ events: 'cpu-clock', ringBytes: 2 ** 40 });
    await expect(refused).rejects.toMatchObject({ name: 'SyswideError', code: 'NO_MEMORY' });
  });

  it.each<[string, SampledEventOptions]>([
    ['option', { events: 'cpu-clock', callGraph: { kind: 'dwarf', stackBytes: 8192 } }],
    ['term', { events: 'context-switches,cpu-clock/call-graph=dwarf/' }],
  ])('refuses DWARF call chains asked for by %s: it would give half of them', async (_, options) => {
    await expect(SampledEvent.open(options)).rejects.toMatchObject({
      code: 'NOT_SUPPORTED',
      why: expect.stringContaining('stacks'),
    });
  });

  it.each<[string, Omit<SampledEventOptions, 'events'>]>([
    ['every 100 events and 100 times a second', { period: 100n, frequency: 100n }],
    ['cpu-clock every 0 events', { period: 0n }],
    ['cpu-clock every 9223372036854775808 events', { period: 1n << 63n }],
    ['cpu-clock every 18446744073709551616 events', { period: 1n << 64n }],
    ['cpu-clock 0 times a second', { frequency: 0n }],
    ['cpu-clock 1000000000 times a second', { frequency: 1_000_000_000n }],
    ['rings of 0 bytes', { ringBytes: 0 }],
    ['rings of 12288 bytes', { ringBytes: 12_288 }],
    ['rings of 5 bytes', { ringBytes: 5 }],
  ])('refuses %s', async (words, options) => {
    const refused = SampledEvent.open({ events: 'cpu-clock', ...options });
    await expect(refused).rejects.toMatchObject({ code: 'USAGE', what: expect.stringContaining(words) });
  });
});
