import { afterAll, beforeAll, expect, test } from 'vitest';
import { probeSlots } from '../../../src/gang/slots/probe';
import { readCpus } from '../../../src/host/cpus';
import { HostFiles } from '../../../src/host/host-files';
import { kernel, need } from '../native/machine';
import { bundle, endAll, talkTo } from './processes';
import { type Contender, race } from './race';

const { online } = readCpus(new HostFiles());
const free = () => probeSlots(kernel, online).map((slots) => slots.free ?? -1);
let script = '';

beforeAll(async () => {
  script = await bundle(new URL('./contender.ts', import.meta.url));
});
afterAll(endAll);

async function launch(): Promise<Contender> {
  const talker = talkTo(process.execPath, [script]);
  expect(await talker.next()).toBe('ready');
  return {
    take: (waitMs) => {
      talker.tell(`take ${waitMs}`);
      return talker.next();
    },
    release: async () => {
      talker.tell('release');
      expect(await talker.next()).toBe('released');
    },
    kill: talker.kill,
  };
}

/** Starts while the race goes on. */
let next: Promise<Contender> | undefined;

/** One that is ready, and sees to the next one. */
function contender(): Promise<Contender> {
  const ready = next ?? launch();
  next = launch();
  // The last one is not waited for: it is ended as it starts.
  next.catch(() => {});
  return ready;
}

test('two processes race for all registers 200 times: one owner, no half gang, nothing left behind', async (context) => {
  need(context, () => {
    if (free().some((count) => count !== 4)) throw new Error(`not all debug registers are free: ${free()}`);
  });
  const record = await race(contender, free, 4, 200);
  process.stderr.write(`race for debug registers: ${JSON.stringify(record)}\n`);
  expect(record.faults).toEqual([]);
  expect(record).toMatchObject({ rounds: 200, refused: 50, waited: 50, inherited: 100 });
}, 180_000);
