import { visible } from '../base/safe-text';
import { Recording } from '../profile/recording';
import { offer } from './console';
import type { FileListOptions } from './file-list-commands';
import { endOfRecording } from './recording-end';
import { recordingOwner } from './recording-owner';
import { withSpooledInput } from './spooled-input';

/** `syswide evlist`. @returns the exit status */
export async function evlist(options: FileListOptions): Promise<number> {
  return listed(options, ({ events }) => events.all.map(({ name }) => name));
}

/** `syswide buildid-list`. @returns the exit status */
export async function buildidList(options: FileListOptions): Promise<number> {
  return listed(options, ({ builds }) => builds.map(({ id, path }) => `${id.toString('hex')} ${path}`));
}

function listed(options: FileListOptions, linesOf: (recording: Recording) => string[]): number {
  const { input } = options;
  const recording = withSpooledInput(input, (path) => Recording.open(path, recordingOwner(options)));
  try {
    offer(
      linesOf(recording)
        .map((line) => `${visible(line)}\n`)
        .join(''),
    );
    return endOfRecording(input, recording);
  } finally {
    recording.close();
  }
}
