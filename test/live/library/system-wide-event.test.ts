import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CpuMask, SampledEvent, SystemWideEvent } from '../../../src/index';
import { breakpointHits, HITS } from '../breakpoint-hits';
import { needs } from '../needs';
import { compile, eventually, isRoot, start } from '../run';

const library = fileURLToPath(new URL('../../../dist/index.cjs', import.meta.url));

const perfFds = (): number => readdirSync('/proc/self/fd').filter((name) => isPerfFd(name)).length;

function isPerfFd(name: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${name}`) === 'anon_inode:[perf_event]';
  } catch {
    return false;
  }
}

const totalOf = (event: SystemWideEvent, index = 0): bigint => event.read().counts[index]?.total.value ?? -1n;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

const writer = compile('writer');
afterAll(() => writer.dispose());

/** A process with two variables, each of which it writes a thousand times when told to. */
async function startWriter() {
  const running = start(writer.path, ['1000']);
  await eventually(() => running.stdout().includes('\n'), 'the addresses are there');
  const [a = 0n, b = 0n] = running.stdout().trim().split(' ').map(BigInt);
  const write = async (which: 'a' | 'b') => {
    const done = running.stdout().length;
    running.process.stdin?.write(which);
    await eventually(() => running.stdout().length > done, 'it has written');
  };
  return { a, b, write, [Symbol.dispose]: () => running.process.stdin?.end() };
}

describe('a system-wide event', () => {
  needs(isRoot, 'root, to count whole CPUs');

  it('counts from arm to pause, and gives every fd back', async () => {
    const before = perfFds();
    {
      await using event = await SystemWideEvent.open({ events: 'cpu-clock,raw_syscalls:sys_enter' });
      expect(event.state).toBe('reserved');
      await pause(20);
      expect(totalOf(event)).toBe(0n);
      expect(event.arm()).toBeGreaterThan(0n);
      await pause(50);
      event.pause();
      const stopped = totalOf(event);
      expect(stopped).toBeGreaterThan(50_000_000n);
      await pause(20);
      expect(totalOf(event)).toBe(stopped);
      event.arm();
      await pause(20);
      expect(totalOf(event)).toBeGreaterThan(stopped);
    }
    expect(perfFds()).toBe(before);
  });

  it.each<[string, (event: SystemWideEvent) => void]>([
    ['changed', (event) => event.modify({ cpus: CpuMask.of([0]) })],
    ['armed', (event) => event.arm()],
    ['paused', (event) => event.pause()],
    ['read', (event) => event.read()],
    ['listened to', (event) => event.onCpu(() => {})],
  ])('is not %s any more from its closing on', async (_, use) => {
    const event = await SystemWideEvent.open({ events: 'cpu-clock' });
    const closing = event.close();
    const refusal = expect.objectContaining({ code: 'USAGE', what: expect.stringContaining('closed') });
    expect(() => use(event)).toThrow(refusal);
    await closing;
    expect(() => use(event)).toThrow(refusal);
  });

  it('can be closed several times at once', async () => {
    const before = perfFds();
    const event = await SystemWideEvent.open({ events: 'cpu-clock' });
    event.arm();
    await Promise.all([event.close(), event.close(), event[Symbol.asyncDispose]()]);
    expect(event.state).toBe('closed');
    expect(perfFds()).toBe(before);
  });

  it('leaves the program a thread for its files, however many are armed', async () => {
    const events: SystemWideEvent[] = [];
    for (let i = 0; i < 6; i++) events.push(await SystemWideEvent.open({ events: 'cpu-clock' }));
    for (const event of events) event.arm();
    await pause(10);
    const read = readFile('/proc/self/stat').then(() => 'read');
    expect(await Promise.race([read, pause(2000)])).toBe('read');
    await using sampled = await SampledEvent.open({ events: 'cpu-clock' });
    sampled.arm();
    const sample = sampled.samples().next();
    expect(await Promise.race([sample, pause(2000)])).toMatchObject({ value: { event: 'cpu-clock' } });
    await Promise.all(events.map((event) => event.close()));
    await read;
  });

  it('moves between CPUs without losing or doubling a count', async () => {
    await using event = await SystemWideEvent.open({ events: 'cpu-clock' });
    event.arm();
    await pause(30);
    event.modify({ cpus: CpuMask.parse('0') });
    const at1 = event.read().counts[0]?.perCpu.get(1 as never)?.value ?? 0n;
    await pause(30);
    expect(event.read().counts[0]?.perCpu.get(1 as never)?.value).toBe(at1);
    event.modify({ cpus: CpuMask.parse('0-1') });
    await pause(30);
    const { counts, coverage } = event.read();
    const count = counts[0];
    expect([...(count?.perCpu.values() ?? [])].reduce((sum, cpu) => sum + cpu.value, 0n)).toBe(count?.total.value);
    expect(count?.perCpu.get(1 as never)?.value).toBeGreaterThan(at1 + 25_000_000n);
    for (const { uncovered } of coverage.values()) expect(uncovered).toBe(0n);
  });

  describe('that watches memory', () => {
    needs(breakpointHits, HITS);

    it.each([
      ['alone', (breakpoint: string) => breakpoint, 0],
      ['in a group', (breakpoint: string) => `{page-faults,${breakpoint}}`, 1],
    ])('moves a breakpoint %s on every CPU, or on none', async (_, events, index) => {
      using program = await startWriter();
      await using event = await SystemWideEvent.open({ events: events(`mem:0x${program.a.toString(16)}/8:w`) });
      const totalOf = (event: SystemWideEvent) => event.read().counts[index]?.total.value;
      event.arm();
      await program.write('a');
      await program.write('b');
      expect(totalOf(event)).toBe(1000n);
      event.modify({ breakpoint: { address: program.b } });
      await program.write('a');
      expect(totalOf(event)).toBe(1000n);
      await program.write('b');
      expect(totalOf(event)).toBe(2000n);
      expect(() => event.modify({ breakpoint: { address: program.a + 1n } })).toThrow(/^cannot watch mem:/);
      await program.write('a');
      await program.write('b');
      expect(totalOf(event), 'it still watches what it did').toBe(3000n);
      event.pause();
      event.modify({ breakpoint: { address: program.a } });
      await program.write('a');
      expect(totalOf(event), 'moving does not set it going').toBe(3000n);
      event.arm();
      await program.write('a');
      expect(totalOf(event)).toBe(4000n);
    });
  });

  it('changes a filter, and takes it off', async () => {
    await using event = await SystemWideEvent.open({ events: 'raw_syscalls:sys_enter' });
    event.arm();
    event.modify({ filter: 'id == 99999' });
    const before = totalOf(event);
    await pause(30);
    readFileSync('/proc/self/stat');
    expect(totalOf(event)).toBe(before);
    expect(() => event.modify({ filter: 'no_such_field == 1' })).toThrow(/filter/);
    event.modify({ filter: '' });
    await pause(30);
    readFileSync('/proc/self/stat');
    expect(totalOf(event)).toBeGreaterThan(before);
  });

  it('counts on some CPU, always', async () => {
    const empty = { code: 'BAD_CPU_LIST', what: expect.stringContaining('no CPU') };
    await expect(SystemWideEvent.open({ events: 'cpu-clock', cpus: CpuMask.empty })).rejects.toMatchObject(empty);
    await using event = await SystemWideEvent.open({ events: 'cpu-clock' });
    event.arm();
    expect(() => event.modify({ cpus: CpuMask.empty })).toThrow(expect.objectContaining(empty));
    const before = totalOf(event);
    await pause(10);
    expect(totalOf(event)).toBeGreaterThan(before);
  });

  it('refuses a worker thread, which could not end', () => {
    const work = `
      const { SampledEvent, SystemWideEvent } = require(${JSON.stringify(library)});
      for (const kind of [SampledEvent, SystemWideEvent]) {
        kind.open({ events: 'cpu-clock' }).catch(({ code, what }) => console.log(code, what));
      }
    `;
    const program = `new (require('node:worker_threads').Worker)(${JSON.stringify(work)}, { eval: true });`;
    const { status, stdout } = spawnSync(process.execPath, ['-e', program], { encoding: 'utf8' });
    expect(stdout).toBe('NOT_SUPPORTED cannot open events on a worker thread\n'.repeat(2));
    expect(status).toBe(0);
  });

  it('refuses what it cannot do, and leaves nothing open', async () => {
    const before = perfFds();
    await expect(SystemWideEvent.open({ events: 'cycles' })).rejects.toMatchObject({ code: 'NOT_SUPPORTED' });
    await expect(SystemWideEvent.open({ events: 'nosuch' })).rejects.toMatchObject({ code: 'BAD_EVENT' });
    const cpus = CpuMask.parse('4000');
    await expect(SystemWideEvent.open({ events: 'dummy', cpus })).rejects.toMatchObject({ code: 'NO_SUCH_CPU' });
    expect(perfFds()).toBe(before);
  });
});
