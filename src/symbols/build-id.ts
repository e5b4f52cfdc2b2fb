import { SyswideError } from '../base/error';
import type { HostFiles } from '../host/host-files';
import { FileWindow } from './elf/file-window';
import { readHeader } from './elf/header';
import { buildIdIn, readBuildId } from './elf/notes';

/**
 * The build-id of a program or library; undefined where it has none, or cannot be read, or is no such thing.
 * @param path of any file there is: opening it never waits
 */
export function programBuildId(path: string): Buffer | undefined {
  try {
    using file = FileWindow.open(path);
    return readBuildId(file, readHeader(file));
  } catch (error) {
    if (error instanceof SyswideError) return undefined;
    throw error;
  }
}

/** Of the kernel that runs; undefined where it does not tell. Source: ksysfs, /sys/kernel/notes. */
export const kernelBuildId = (files: HostFiles): Buffer | undefined => noteIn(files, '/sys/kernel/notes');

/** Of one of its modules. */
export const moduleBuildId = (files: HostFiles, name: string): Buffer | undefined =>
  noteIn(files, `/sys/module/${name}/notes/.note.gnu.build-id`);

function noteIn(files: HostFiles, path: string): Buffer | undefined {
  const notes = files.readBytes(path);
  return notes && buildIdIn(notes);
}
