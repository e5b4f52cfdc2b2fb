import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';
import { type Running, start } from '../run';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** A running `owner.ts`, once it has printed its first line. */
export interface Owner extends Running {
  readonly pid: number;
  readonly said: string;
}

/** A folder for a test file: `owner.ts` made into a program, and room for registries. */
export class OwnerFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'syswide-test-'));
  readonly #program = join(this.path, 'owner.cjs');

  constructor() {
    buildSync({
      entryPoints: [join(root, 'test/live/registry/owner.ts')],
      outfile: this.#program,
      bundle: true,
      platform: 'node',
      target: 'node20',
      external: ['ffi-napi', 'ref-napi'],
      logLevel: 'warning',
    });
    // Where the program looks for its native parts.
    symlinkSync(join(root, 'dist/native'), join(this.path, 'native'));
    symlinkSync(join(root, 'node_modules'), join(this.path, 'node_modules'));
  }

  /** Starts it without waiting for anything. */
  run(...args: readonly string[]): Running {
    return start(process.execPath, [this.#program, ...args]);
  }

  async start(...args: readonly string[]): Promise<Owner> {
    const running = this.run(...args);
    const { process: child } = running;
    const said = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (data: Buffer) => resolve(data.toString().trim()));
      running.ended.then(({ stderr }) => reject(new Error(`it ended: ${stderr}`)), reject);
    });
    return { ...running, pid: child.pid ?? 0, said };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
