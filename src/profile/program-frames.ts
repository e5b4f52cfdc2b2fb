import { type SourcePlace, sourceFrames, sourceFramesAt } from '../symbols/source-frames';
import { KERNEL_DSO } from './kernel-functions';
import type { Places } from './places';
import type { Programs } from './programs';

/**
 * The source of places in a program, or of addresses of the kernel where its program is there, too. addr2line is asked once.
 * @param dso number of the program
 * @param at places in its file; of the kernel addresses as they were recorded
 * @returns of each; undefined where nothing is to be had, and a notice if that is new
 */
export function programFrames(
  dso: number,
  at: readonly bigint[],
  places: Places,
  programs: Programs,
): SourcePlace[] | undefined {
  const name = places.cells.dsos.textOf(dso);
  const isKernel = name === KERNEL_DSO;
  const path = isKernel ? programs.vmlinux : programs.fileOf(name);
  if (path === undefined) return undefined;
  const found = isKernel
    ? sourceFramesAt(
        path,
        at.map((address) => places.kernelAddress(address)),
      )
    : sourceFrames(path, at);
  if (!found) programs.notices.push(`addr2line, of binutils, tells nothing of ${path}: its lines are not known`);
  return found;
}
