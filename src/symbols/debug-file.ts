import { basename, dirname, join } from 'node:path';
import { SyswideError } from '../base/error';
import { programBuildId } from './build-id';
import { FileWindow } from './elf/file-window';
import { readHeader } from './elf/header';
import { readSections, sectionBytes, textAt } from './elf/sections';

/** Where distributions put what they have taken out of programs. */
const DEBUG_ROOT = '/usr/lib/debug';

/**
 * The file with the symbols that a program was stripped of: of the same build, or undefined.
 * Source: "Debugging Information in Separate Files" of the GDB manual.
 *
 * @param build of the program; without one nothing is taken for its debug file
 */
export function debugFileOf(path: string, build: Buffer): string | undefined {
  const hex = build.toString('hex');
  const byBuild = join(DEBUG_ROOT, '.build-id', hex.slice(0, 2), `${hex.slice(2)}.debug`);
  const link = debugLinkOf(path);
  const folder = dirname(path);
  const byLink =
    link === undefined ? [] : [join(folder, link), join(folder, '.debug', link), join(DEBUG_ROOT, folder, link)];
  return [byBuild, ...byLink].find((candidate) => programBuildId(candidate)?.equals(build));
}

/** The file name in `.gnu_debuglink`. It has no folder in it, whatever it says. */
function debugLinkOf(path: string): string | undefined {
  try {
    using file = FileWindow.open(path);
    const section = readSections(file, readHeader(file)).find(({ name }) => name === '.gnu_debuglink');
    const name = section && textAt(sectionBytes(file, section, 'the name of its debug file'), 0);
    return name ? basename(name) : undefined;
  } catch (error) {
    if (error instanceof SyswideError) return undefined;
    throw error;
  }
}
