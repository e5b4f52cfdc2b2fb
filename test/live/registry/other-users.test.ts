import { spawnSync } from 'node:child_process';
import { chmodSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { needs } from '../needs';
import { isRoot } from '../run';
import { type Owner, OwnerFolder } from './owners';

const folder = new OwnerFolder();
afterAll(() => folder.remove());

/** Connects to a socket, and says `connected`, or why it could not. */
const program = `
  require('node:net').connect(process.argv[1])
    .on('connect', () => { console.log('connected'); process.exit(); })
    .on('error', ({ code }) => console.log(code));
`;
const asUser = (user: number, socket: string): string =>
  spawnSync(process.execPath, ['-e', program, socket], {
    uid: user,
    gid: user,
    cwd: '/',
    encoding: 'utf8',
    timeout: 10_000,
  }).stdout.trim();

const [ROOT, NOBODY] = [0, 65534];

describe('the control socket of a gang', () => {
  needs(isRoot, 'root, to be two users');

  it('lets in who owns the gang, and no other user, even where the directory would', async () => {
    const registry = join(folder.path, 'registry');
    // Nothing above the registry keeps anybody out.
    chmodSync(folder.path, 0o755);
    const owner: Owner = await folder.start('own', registry, '1');
    const [id] = JSON.parse(owner.said) as [string];
    const socket = join(registry, `${id}.sock`);
    expect(statSync(registry).mode & 0o777).toBe(0o700);
    expect(statSync(socket).mode & 0o777).toBe(0o600);
    expect(asUser(ROOT, socket)).toBe('connected');
    expect(asUser(NOBODY, socket)).toBe('EACCES');
    chmodSync(registry, 0o755);
    expect(asUser(NOBODY, socket)).toBe('EACCES');
    // It is the socket alone that keeps them out now.
    chmodSync(socket, 0o666);
    expect(asUser(NOBODY, socket)).toBe('connected');
    owner.process.stdin?.end();
    expect((await owner.ended).status).toBe(0);
  });
});
