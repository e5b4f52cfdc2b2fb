import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findGangs } from '../../../../src/gang/registry/find-gangs';
import type { RegistryPlace } from '../../../../src/gang/registry/place';
import { type Registration, registerGang } from '../../../../src/gang/registry/register';
import { FakeGang, ownRegistry } from './fake-gang';
import { LockingKernel } from './locking-kernel';

let registry: ReturnType<typeof ownRegistry>;
let place: RegistryPlace;
let kernel: LockingKernel;
const registrations: Registration[] = [];

beforeEach(() => {
  registry = ownRegistry();
  place = registry.place;
  kernel = new LockingKernel();
});
afterEach(() => {
  for (const registration of registrations.splice(0)) registration.close();
  registry.remove();
});

function register(command: readonly string[] = ['syswide', 'stat', '-a']): Registration {
  const registration = registerGang(kernel, { command, controllable: new FakeGang(), place });
  registrations.push(registration);
  return registration;
}

const listed = () => findGangs(kernel, [place]);

/** An entry as a process that was killed leaves it: complete, and locked by nobody. */
function leaveDead(name = 'dead.json', text = '{}\n'): void {
  mkdirSync(place.path, { recursive: true, mode: 0o700 });
  writeFileSync(join(place.path, name), text);
}

describe('a registered gang', () => {
  it('is listed until it is closed, and leaves nothing behind', () => {
    const registration = register();
    expect(registration.notice).toBeUndefined();
    const { gangs, problems } = listed();
    expect(problems).toEqual([]);
    expect(gangs).toHaveLength(1);
    expect(gangs[0]).toMatchObject({
      id: registration.id,
      pid: process.pid,
      command: 'syswide stat -a',
      status: { state: 'armed', events: ['cpu-clock', 'context-switches'], slots: 0, lost: 0n },
    });
    expect(gangs[0]?.status.cpus?.toString()).toBe('0-1');
    registration.close();
    registration.close();
    expect(listed().gangs).toEqual([]);
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('is reached by its user only', () => {
    const { id } = register();
    const mode = (name: string) => statSync(join(place.path, name)).mode & 0o777;
    expect(mode('.')).toBe(0o700);
    expect(mode(`${id}.json`)).toBe(0o600);
    expect(mode(`${id}.sock`)).toBe(0o600);
  });

  it('has an id of its own', () => {
    const ids = [register(), register(), register()].map(({ id }) => id);
    expect(new Set(ids).size).toBe(3);
    expect(listed().gangs.map(({ id }) => id)).toEqual(ids);
  });

  it('does not take the id of another that lives', () => {
    const first = register();
    first.close();
    leaveDead(`${first.id}.json`);
    const second = register();
    expect(second.id).not.toBe(first.id);
  });
});

describe('what dead processes left', () => {
  it('is removed by whoever looks, their sockets too', () => {
    leaveDead('dead.json');
    leaveDead('dead.sock');
    const { id } = register();
    expect(listed().gangs.map((gang) => gang.id)).toEqual([id]);
    expect(readdirSync(place.path).sort()).toEqual([`${id}.json`, `${id}.sock`]);
  });

  it('is not removed when another gang got the id meanwhile', () => {
    leaveDead('dead.json');
    const { id } = register();
    const path = (name: string) => join(place.path, name);
    // Between finding it dead and removing it, the live one is put in its place.
    class Racing extends LockingKernel {
      override tryLock(...[file, mode]: Parameters<LockingKernel['tryLock']>): boolean {
        const locked = super.tryLock(file, mode);
        if (locked && mode === 'exclusive') renameSync(path(`${id}.json`), path('dead.json'));
        return locked;
      }
    }
    findGangs(new Racing(), [place]);
    expect(existsSync(path('dead.json'))).toBe(true);
  });

  it('is removed only once it is old, when it never got a name', () => {
    leaveDead('.new-1-old');
    leaveDead('.new-1-young');
    const old = Date.now() / 1000 - 120;
    utimesSync(join(place.path, '.new-1-old'), old, old);
    listed();
    expect(readdirSync(place.path)).toEqual(['.new-1-young']);
  });

  it('is cleared away by a gang that ends, when there is much of it', () => {
    for (let i = 0; i < 100; i++) leaveDead(`dead${i + 2}.json`);
    register().close();
    expect(readdirSync(place.path)).toEqual([]);
  });
});

describe('a directory that cannot be trusted', () => {
  const cases: [string, RegExp, () => RegistryPlace | undefined][] = [
    ['a link to a directory', /not a directory/, () => void symlinkSync(registry.folder, place.path)],
    ['a link to nowhere', /not a directory/, () => void symlinkSync('/nowhere', place.path)],
    ['a file', /not a directory/, () => void writeFileSync(place.path, '')],
    [
      'one that others may write into',
      /others may write/,
      () => {
        mkdirSync(place.path);
        chmodSync(place.path, 0o777);
        return undefined;
      },
    ],
    [
      'one of somebody else',
      /belongs to user/,
      () => {
        mkdirSync(place.path);
        return { ...place, uid: place.uid + 1 };
      },
    ],
  ];

  it.each(cases)('%s: nothing is written, and the measurement goes on', (_, why, plant) => {
    const planted = plant() ?? place;
    const before = existsSync(place.path) ? readdirSync(registry.folder) : [];
    const { id, notice, close } = registerGang(kernel, {
      command: [],
      controllable: new FakeGang(),
      place: planted,
    });
    expect(id).toBeUndefined();
    expect(notice).toMatch(why);
    close();
    if (before.length > 0) expect(readdirSync(registry.folder)).toEqual(before);
    const { gangs, problems } = findGangs(kernel, [planted]);
    expect(gangs).toEqual([]);
    expect(problems[0]?.message).toMatch(why);
  });

  it('one that another takes the place of before the socket is made lists nothing, and keeps nothing open', async () => {
    const open = () => readdirSync('/proc/self/fd').length;
    // What a socket of Node's own takes when it is the first one.
    registerGang(kernel, { command: [], controllable: new FakeGang(), place }).close();
    await new Promise(setImmediate);
    const before = open();
    const moved = `${place.path}.moved`;
    const gang = new FakeGang();
    gang.status = () => {
      renameSync(place.path, moved);
      mkdirSync(place.path, { mode: 0o700 });
      return gang.current;
    };
    const { id, notice } = registerGang(kernel, { command: [], controllable: gang, place });
    expect([id, notice]).toEqual([undefined, expect.stringMatching(/^not listed by syswide ps: ENOENT/)]);
    await new Promise(setImmediate);
    expect([readdirSync(moved), readdirSync(place.path)]).toEqual([[], []]);
    expect(open()).toBe(before);
  });

  it('one that cannot be made is a notice', () => {
    const nowhere = { path: join(registry.folder, 'no', 'such'), uid: place.uid };
    const { id, notice } = registerGang(kernel, { command: [], controllable: new FakeGang(), place: nowhere });
    expect([id, notice]).toEqual([undefined, expect.stringMatching(/^not listed by syswide ps: .*ENOENT/)]);
    expect(findGangs(kernel, [nowhere])).toEqual({ gangs: [], problems: [] });
  });

  it('one that others may only read is closed to them', () => {
    mkdirSync(place.path, { mode: 0o755 });
    register();
    expect(statSync(place.path).mode & 0o777).toBe(0o700);
  });

  it('one whose sockets would have too long a path lists, and does not let control', () => {
    const deep = { path: join(registry.folder, 'x'.repeat(100)), uid: place.uid };
    const registration = registerGang(kernel, { command: [], controllable: new FakeGang(), place: deep });
    registrations.push(registration);
    expect(registration.notice).toMatch(/cannot reach it/);
    expect(readdirSync(deep.path)).toEqual([`${registration.id}.json`]);
    expect(findGangs(kernel, [deep]).gangs).toHaveLength(1);
  });
});

describe('what somebody planted in a directory', () => {
  it('neither blocks nor is listed', () => {
    const { id } = register();
    const path = (name: string) => join(place.path, name);
    mkdirSync(path('folder.json'));
    execFileSync('mkfifo', [path('fifo.json')]);
    symlinkSync('/etc/passwd', path('link.json'));
    symlinkSync(path(`${id}.json`), path('alias.json'));
    linkSync(path(`${id}.json`), path('..json'));
    writeFileSync(path('UPPER.json'), '{}');
    writeFileSync(path('no-entry'), '');
    expect(listed().gangs.map((gang) => gang.id)).toEqual([id]);
    expect(listed().problems).toEqual([]);
    expect(readdirSync(place.path)).toEqual(expect.arrayContaining(['link.json', 'fifo.json', 'folder.json']));
  });

  it.each([
    ['no JSON', '{'],
    ['no entry', '[]'],
    ['another version', '{"schema":"syswide.gang/2"}'],
    ['an entry without a status', '{"schema":"syswide.gang/1","pid":1,"command":"x","since":"1"}'],
    ['deep JSON', '['.repeat(100_000)],
  ])('%s is not listed though it is locked', (_, text) => {
    leaveDead('live.json', text);
    class AllLive extends LockingKernel {
      override tryLock = () => false;
    }
    expect(findGangs(new AllLive(), [place]).gangs).toEqual([]);
  });
});
