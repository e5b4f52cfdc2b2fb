import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

/** The small C programs under `programs/`, each built when it is first asked for. */
export class Programs {
  constructor(
    private readonly root: string,
    private readonly cache: string,
  ) {}

  /**
   * The path of the built program.
   * @param name of its source, without `.c`
   * @throws Error when it does not compile
   */
  path(name: string): string {
    const source = join(this.root, 'bench/programs', `${name}.c`);
    const built = join(this.cache, name);
    if (modified(built) < modified(source)) {
      execFileSync('cc', ['-std=gnu11', '-D_GNU_SOURCE', '-O2', '-Wall', '-Wextra', '-Werror', '-o', built, source], {
        stdio: ['ignore', 'inherit', 'inherit'],
      });
    }
    return built;
  }
}

const modified = (path: string): number => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
