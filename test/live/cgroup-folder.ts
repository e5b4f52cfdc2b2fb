import { mkdirSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';
import { cgroupMount } from '../../src/host/cgroups';
import { HostFiles } from '../../src/host/host-files';

/** cgroups of a test, in one of their own below the root of the hierarchy that perf events know. */
export interface CgroupFolder {
  /** Their paths, as recordings have them. */
  readonly names: readonly string[];
  /** Their directories. */
  readonly paths: readonly string[];
  /** Removes them, and what a load has made beside them; their tasks must have ended. */
  remove(): void;
}

/**
 * Makes some.
 * @param made names of those that a load makes by itself
 * @returns undefined where this machine allows none
 */
export function cgroupFolder(names: readonly string[], made: readonly string[] = []): CgroupFolder | undefined {
  const mount = cgroupMount(new HostFiles());
  if (mount === undefined) return undefined;
  const own = `syswide-test-${process.pid}`;
  const pathOf = (name: string) => join(mount, own, name);
  const remove = () => {
    for (const path of [...[...names, ...made].map(pathOf), join(mount, own)]) removed(path);
  };
  try {
    mkdirSync(join(mount, own));
    for (const name of names) mkdirSync(pathOf(name));
  } catch {
    remove();
    return undefined;
  }
  return {
    names: [...names, ...made].map((name) => `/${own}/${name}`),
    paths: [...names, ...made].map(pathOf),
    remove,
  };
}

/** The kernel lets go of a task some time after it has ended. */
function removed(path: string): void {
  for (let tries = 0; tries < 100; tries += 1) {
    try {
      rmdirSync(path);
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EBUSY') return;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}
