import type { Pid } from '../base/units';
import type { HostFiles } from '../host/host-files';
import type { BuildId } from '../perfdata/build-ids';
import { kernelBuildId, moduleBuildId, programBuildId } from '../symbols/build-id';
import { kernelModules } from '../symbols/kernel-modules';

/**
 * Which builds of the kernel, its modules and of programs a recording is of: those that say so of themselves, and are still
 * there. Their symbols can be found by it elsewhere and later.
 * @param programs by path, each with a process that had it in its memory: it may see another file by that path than we do
 */
export function recordedBuilds(files: HostFiles, programs: ReadonlyMap<string, Pid>): BuildId[] {
  return [
    ...known('[kernel.kallsyms]', kernelBuildId(files), true),
    ...kernelModules(files).flatMap(({ name }) => known(`[${name}]`, moduleBuildId(files, name), true)),
    ...[...programs].flatMap(([path, pid]) =>
      known(path, programBuildId(`/proc/${pid}/root${path}`) ?? programBuildId(path), false),
    ),
  ];
}

const known = (path: string, id: Buffer | undefined, isKernel: boolean): BuildId[] =>
  id ? [{ path, id, isKernel }] : [];
