import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SyswideError } from '../../../../src/base/error';
import { monotonicTime } from '../../../../src/base/units';
import { askOwner, tellOwner } from '../../../../src/gang/registry/control-client';
import { type FoundGang, findGangs, isLive } from '../../../../src/gang/registry/find-gangs';
import { encodeReply } from '../../../../src/gang/registry/messages';
import { type Registration, registerGang } from '../../../../src/gang/registry/register';
import { FakeGang, ownRegistry } from './fake-gang';
import { LockingKernel } from './locking-kernel';

let registry: ReturnType<typeof ownRegistry>;
let gang: FakeGang;
let registration: Registration;
let live: FoundGang;
let kernel: LockingKernel;

beforeEach(() => {
  registry = ownRegistry();
  gang = new FakeGang();
  kernel = new LockingKernel();
  registration = registerGang(kernel, { command: ['x'], controllable: gang, place: registry.place });
  const [found] = findGangs(kernel, [registry.place]).gangs;
  if (!found) throw new Error('the gang is listed');
  live = found;
});
afterEach(() => {
  registration.close();
  registry.remove();
});

const socketPath = () => join(registry.place.path, `${live.id}.sock`);

/** Sends bytes as they are, and returns everything that comes back until the owner hangs up or falls silent. */
function sendRaw(bytes: string | Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(socketPath(), () => socket.write(bytes));
    let reply = '';
    const end = () => {
      socket.destroy();
      resolve(reply);
    };
    let silence = setTimeout(end, 300);
    socket.on('data', (data) => {
      reply += data.toString();
      clearTimeout(silence);
      silence = setTimeout(end, 50);
    });
    socket.on('close', end);
    socket.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? end() : reject(error)));
  });
}

describe('requests', () => {
  it('are done, and answered with the state afterwards', async () => {
    await tellOwner(live, { do: 'disable' }, 1000);
    await tellOwner(live, { do: 'enable' }, 1000);
    await tellOwner(live, { do: 'set', change: { cpus: '0,2', period: '10' } }, 1000);
    await tellOwner(live, { do: 'set', change: { addr: '0x1000', len: '8', type: 'rw' } }, 1000);
    gang.current = { ...gang.current, state: 'paused', cpus: undefined, lost: 1n << 60n };
    expect(await tellOwner(live, { do: 'stop' }, 1000)).toEqual(gang.current);
    expect(gang.asked.slice(0, 2)).toEqual(['disable', 'enable']);
    expect(gang.asked[2]).toMatchObject({ period: 10n });
    expect(gang.asked[3]).toEqual({ breakpoint: { address: 0x1000n, length: 8, type: 3 } });
    expect(gang.asked[4]).toBe('stop');
  });

  it('are answered one by one, in order, however they are cut', async () => {
    const line = '{"do":"disable"}\n{"do":"enable"}\n{"do":"sta';
    expect((await sendRaw(line)).split('\n')).toHaveLength(3);
    expect(gang.asked).toEqual(['disable', 'enable']);
  });

  it('that the gang refuses carry its error', async () => {
    gang.failure = new SyswideError('NO_SLOT', { what: 'cannot move', why: 'no\nslot', remedy: 'wait' });
    const refused = tellOwner(live, { do: 'set', change: { addr: '0x8' } }, 1000);
    await expect(refused).rejects.toMatchObject({ code: 'NO_SLOT', message: 'cannot move — no\\nslot — wait' });
  });

  it('that end in a bug of the owner leave it alive', async () => {
    gang.failure = new Error('broken invariant');
    await expect(tellOwner(live, { do: 'enable' }, 1000)).rejects.toMatchObject({ code: 'INTERNAL' });
    gang.failure = undefined;
    expect(await tellOwner(live, { do: 'status' }, 1000)).toEqual(gang.current);
  });
});

describe('whatever else arrives', () => {
  it.each([
    ['nothing', '\n'],
    ['no JSON', '}{\n'],
    ['no object', '[1]\n'],
    ['an unknown order', '{"do":"explode"}\n'],
    ['an order of the prototype', '{"do":"constructor"}\n'],
    ['a set of nothing', '{"do":"set"}\n'],
    ['a set of nothing known', '{"do":"set","change":{"colour":"red"}}\n'],
    ['a set of the prototype', '{"do":"set","change":{"__proto__":{"cpus":"0"},"toString":"1"}}\n'],
    ['a set of numbers', '{"do":"set","change":{"period":7}}\n'],
    ['half a good set', '{"do":"set","change":{"cpus":"0","period":"-1"}}\n'],
    ['deep JSON', `${'['.repeat(30_000)}\n`],
    ['binary', Buffer.from([0xff, 0, 0xc3, 0x28, 10])],
  ])('%s: an error, and nothing is done', async (_, bytes) => {
    const reply = JSON.parse(await sendRaw(bytes));
    expect(reply.error).toMatchObject({ code: 'USAGE' });
    expect(gang.asked).toEqual([]);
  });

  it('a line without an end is cut off', async () => {
    expect(await sendRaw('x'.repeat(1 << 20))).toMatch(/longer than/);
    expect(await tellOwner(live, { do: 'status' }, 1000)).toEqual(gang.current);
  });

  it('crowds do not keep others out for longer than they last', async () => {
    const crowd = Array.from({ length: 100 }, () => connect(socketPath()).on('error', () => {}));
    await new Promise((resolve) => setTimeout(resolve, 50));
    for (const one of crowd) one.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await askOwner(live, { do: 'status' }, 1000)).toBeDefined();
  });

  it('a closed gang hangs up', async () => {
    const socket = connect(socketPath());
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.on('connect', resolve));
    await askOwner(live, { do: 'status' }, 1000);
    registration.close();
    await closed;
    expect(await askOwner(live, { do: 'status' }, 60)).toBeUndefined();
    await expect(tellOwner(live, { do: 'stop' }, 60)).rejects.toMatchObject({ code: 'NOT_ANSWERING' });
    await expect(tellOwner(live, { do: 'status' }, 20)).rejects.toThrow(/^cannot ask gang \w+ for its status — /);
    await expect(tellOwner(live, { do: 'set', change: {} }, 20)).rejects.toThrow(/^cannot change gang \w+ — /);
  });
});

describe('a gang that ends while somebody asks', () => {
  const isLiveNow = (one: FoundGang) => isLive(kernel, one);

  it('is not waited for, and is said to have ended', async () => {
    expect(isLiveNow(live)).toBe(true);
    registration.close();
    expect(isLiveNow(live)).toBe(false);
    const before = performance.now();
    expect(await askOwner(live, { do: 'status' }, 5000, isLiveNow)).toBeUndefined();
    await expect(tellOwner(live, { do: 'enable' }, 5000, isLiveNow)).rejects.toMatchObject({
      code: 'NO_SUCH_GANG',
      message: expect.stringMatching(/^cannot enable gang .* it has just ended/),
    });
    expect(performance.now() - before).toBeLessThan(2000);
  });

  it('hangs up on who is connected already', async () => {
    registration.close();
    let ended = false;
    const server = createServer((socket) => {
      ended = true;
      socket.on('error', () => {}).destroy();
    });
    await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
    const told = tellOwner(live, { do: 'stop' }, 5000, () => !ended);
    await expect(told).rejects.toMatchObject({ code: 'NO_SUCH_GANG' });
    server.close();
  });

  it('is no other one that has got its id since', () => {
    expect(isLiveNow({ ...live, since: monotonicTime(live.since - 1n) })).toBe(false);
  });
});

it('an owner that has no room for more connections is asked again', async () => {
  registration.close();
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    if (connections < 4) socket.on('error', () => {}).destroy();
    else socket.end(encodeReply({ status: gang.current }));
  });
  await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
  expect(await tellOwner(live, { do: 'enable' }, 5000)).toEqual(gang.current);
  expect(connections).toBe(4);
  server.close();
});

describe('an owner that lies', () => {
  it.each([
    ['says nothing', ''],
    ['says nonsense', 'hello\n'],
    ['says something else', '{"status":{"state":"exploded"}}\n'],
    ['never ends', 'x'.repeat(6 << 20)],
  ])('%s: no answer', async (_, text) => {
    registration.close();
    const server = createServer((socket) => socket.on('error', () => {}).write(text));
    await new Promise<void>((resolve) => server.listen(socketPath(), resolve));
    expect(await askOwner(live, { do: 'status' }, 300)).toBeUndefined();
    server.close();
  });

  it('is no other than the one who listens there', async () => {
    expect(await askOwner({ ...live, place: { ...live.place, uid: 4711 } }, { do: 'status' }, 60)).toBeUndefined();
  });
});
