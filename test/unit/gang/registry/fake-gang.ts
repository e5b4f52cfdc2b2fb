import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Controllable, GangChange, GangStatus } from '../../../../src/gang/controllable';
import type { RegistryPlace } from '../../../../src/gang/registry/place';
import { CpuMask } from '../../../../src/host/cpu-mask';

/** A gang that notes what is asked of it. */
export class FakeGang implements Controllable {
  readonly asked: (string | GangChange)[] = [];
  /** What the next request ends in. */
  failure: Error | undefined;
  current: GangStatus = {
    state: 'armed',
    events: ['cpu-clock', 'context-switches'],
    cpus: CpuMask.parse('0-1'),
    slots: 0,
    lost: 0n,
  };

  status = (): GangStatus => this.current;
  enable = (): void => this.#ask('enable');
  disable = (): void => this.#ask('disable');
  stop = (): void => this.#ask('stop');
  set = (change: GangChange): void => this.#ask(change);

  #ask(what: string | GangChange): void {
    if (this.failure) throw this.failure;
    this.asked.push(what);
  }
}

/** A registry of its own for a test, in a folder that `remove` removes. The registry itself is not made yet. */
export function ownRegistry(): { place: RegistryPlace; folder: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'syswide-test-'));
  const place = { path: join(folder, 'registry'), uid: process.geteuid?.() ?? 0 };
  return { place, folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
