import { homedir } from 'node:os';
import { join } from 'node:path';
import { programBuildId } from './build-id';

/**
 * The copy that `perf record` has kept of a program of this build, for this user; undefined where there is none.
 * Source: build_id_cache__origname() and dso__build_id_filename() in tools/perf/util/build-id.c, Linux 6.1.
 */
export function cachedProgram(build: Buffer): string | undefined {
  const hex = build.toString('hex');
  const copy = join(homedir(), '.debug', '.build-id', hex.slice(0, 2), hex.slice(2), 'elf');
  return programBuildId(copy)?.equals(build) ? copy : undefined;
}
