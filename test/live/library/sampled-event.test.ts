import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { SampledEvent, type SampledEventOptions } from '../../../src/index';
import { needs } from '../needs';
import { isRoot } from '../run';

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

  it('can still be stopped once it is closed', async () => {
    const event = await SampledEvent.open({ events: 'cpu-clock' });
    event.arm();
    const stopLater = () => event.stop();
    for await (const { time } of event.samples()) if (time > 0n) break;
    await event.close();
    expect(stopLater).not.toThrow();
    expect(() => event.arm()).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it.each<[string, Omit<SampledEventOptions, 'events'>]>([
    ['every 100 events and 100 times a second', { period: 100n, frequency: 100n }],
    ['cpu-clock every 0 events', { period: 0n }],
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
