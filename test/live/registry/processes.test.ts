import { chownSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { pid } from '../../../src/base/units';
import { askOwner, tellOwner } from '../../../src/gang/registry/control-client';
import { findGangs } from '../../../src/gang/registry/find-gangs';
import type { RegistryPlace } from '../../../src/gang/registry/place';
import { kernel } from '../native/machine';
import { needs } from '../needs';
import { isRoot } from '../run';
import { OwnerFolder } from './owners';

const folder = new OwnerFolder();
afterAll(() => folder.remove());

let place: RegistryPlace;
let nth = 0;
beforeEach(() => {
  place = { path: join(folder.path, `registry${nth++}`), uid: process.geteuid?.() ?? 0 };
});

const find = () => findGangs(kernel, [place]).gangs;
const own = (count = 1) => folder.start('own', place.path, `${count}`);

describe('gangs of other processes', () => {
  it('are listed, answer, and are gone when their owner ends', async () => {
    const owner = await own(2);
    const gangs = find();
    expect(gangs.map(({ id }) => id)).toEqual(JSON.parse(owner.said));
    expect(gangs.map((gang) => gang.pid)).toEqual([owner.pid, owner.pid]);
    const [gang] = gangs;
    if (!gang) throw new Error('it is listed');
    expect(await tellOwner(gang, { do: 'disable' }, 5000)).toMatchObject({ state: 'paused' });
    const moved = await tellOwner(gang, { do: 'set', change: { cpus: '1' } }, 5000);
    expect(moved.cpus?.toString()).toBe('1');
    await tellOwner(gang, { do: 'stop' }, 5000);
    expect((await owner.ended).status).toBe(0);
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('are gone when their owner is killed, and block nobody', async () => {
    const owner = await own(3);
    expect(find()).toHaveLength(3);
    owner.process.kill('SIGKILL');
    await owner.ended;
    expect(find()).toEqual([]);
    expect(readdirSync(place.path)).toEqual([]);
    const next = await own();
    expect(find().map((gang) => gang.pid)).toEqual([next.pid]);
    next.process.kill('SIGKILL');
    await next.ended;
  });

  it('are gone whenever the owner is killed, while others look and come and go', async () => {
    const neighbour = await own();
    for (let round = 0; round < 30; round++) {
      const owner = await folder.start('churn', place.path);
      const until = performance.now() + (round % 10) * 2.3;
      do find();
      while (performance.now() < until);
      owner.process.kill('SIGKILL');
      await owner.ended;
    }
    expect(find().map((gang) => gang.pid)).toEqual([neighbour.pid]);
    // What never got a name waits until it is surely nobody's.
    const left = readdirSync(place.path).filter((name) => !name.startsWith('.new-'));
    expect(left.sort()).toEqual(find().flatMap(({ id }) => [`${id}.json`, `${id}.sock`]));
    neighbour.process.stdin?.end();
    expect((await neighbour.ended).status).toBe(0);
  });

  it('of which there are 50 are all listed once, and all answer', async () => {
    const owners = await Promise.all(Array.from({ length: 10 }, () => own(5)));
    const gangs = find();
    expect(new Set(gangs.map(({ id }) => id))).toEqual(new Set(owners.flatMap(({ said }) => JSON.parse(said))));
    expect(gangs).toHaveLength(50);
    const replies = await Promise.all(gangs.map((gang) => askOwner(gang, { do: 'status' }, 2000)));
    expect(replies.filter((reply) => reply && 'status' in reply)).toHaveLength(50);
    for (const owner of owners) owner.process.stdin?.end();
    for (const owner of owners) expect((await owner.ended).status).toBe(0);
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('whose owner is stopped are listed, and do not keep who asks', async () => {
    const owner = await own();
    const [gang] = find();
    if (!gang) throw new Error('it is listed');
    owner.process.kill('SIGSTOP');
    const before = performance.now();
    expect(await askOwner(gang, { do: 'status' }, 200)).toBeUndefined();
    expect(performance.now() - before).toBeLessThan(1000);
    await expect(tellOwner(gang, { do: 'disable' }, 100)).rejects.toMatchObject({ code: 'NOT_ANSWERING' });
    expect(find()).toHaveLength(1);
    owner.process.kill('SIGCONT');
    expect(await askOwner(gang, { do: 'status' }, 5000)).toBeDefined();
    owner.process.stdin?.end();
    expect((await owner.ended).status).toBe(0);
  });

  it('survive hostile input', async () => {
    const owner = await own();
    const [gang] = find();
    if (!gang) throw new Error('it is listed');
    const path = join(place.path, `${gang.id}.sock`);
    for (const bytes of [
      '\0\n'.repeat(50_000),
      '{"do":"set","change":{"cpus":"99999999999"}}\n',
      'x'.repeat(1 << 21),
    ]) {
      await new Promise<void>((resolve) => {
        const socket = connect(path, () => socket.end(bytes));
        socket.on('error', () => {});
        socket.on('close', () => resolve());
        socket.resume();
      });
    }
    // Whoever asks without end and never reads is not served without end.
    const deaf = connect(path, () => deaf.write('{"do":"status"}\n'.repeat(200_000)));
    deaf.on('error', () => {});
    deaf.pause();
    expect(await askOwner(gang, { do: 'status' }, 5000)).toBeDefined();
    deaf.destroy();
    owner.process.stdin?.end();
    expect((await owner.ended).status).toBe(0);
  });
});

describe('another user’s directory, looked into by root', () => {
  needs(isRoot, 'root');

  const uid = 65534;

  function theirs(): RegistryPlace {
    mkdirSync(place.path, { mode: 0o700 });
    chownSync(place.path, uid, uid);
    return { path: place.path, uid };
  }

  it('cannot make root talk to another’s socket, by a link or by having it there', async () => {
    const planted = theirs();
    const secret = join(folder.path, `secret${nth}.sock`);
    let connections = 0;
    const server = createServer(() => connections++);
    await new Promise<void>((resolve) => server.listen(secret, resolve));
    symlinkSync(secret, join(planted.path, 'link.sock'));
    const inPlace = createServer(() => connections++);
    await new Promise<void>((resolve) => inPlace.listen(join(planted.path, 'direct.sock'), resolve));
    const gang = { pid: pid(1), command: '', since: 0n as never, status: {} as never, place: planted };
    expect(await askOwner({ ...gang, id: 'link' }, { do: 'status' }, 60)).toBeUndefined();
    expect(await askOwner({ ...gang, id: 'direct' }, { do: 'status' }, 60)).toBeUndefined();
    expect(connections).toBe(0);
    server.close();
    inPlace.close();
  });

  it('cannot make root remove or list what is not theirs', () => {
    const planted = theirs();
    const precious = join(folder.path, `precious${nth}`);
    writeFileSync(precious, '{}');
    symlinkSync(precious, join(planted.path, 'link.json'));
    writeFileSync(join(planted.path, 'root.json'), '{}');
    expect(findGangs(kernel, [planted])).toEqual({ gangs: [], problems: [] });
    expect(existsSync(precious)).toBe(true);
    expect(readdirSync(planted.path).sort()).toEqual(['link.json', 'root.json']);
  });
});
