import { visible } from '../base/safe-text';
import { Recording } from '../profile/recording';
import { eventList } from '../report/event-list';
import { offer } from './console';
import type { EventListOptions, FileListOptions } from './file-list-commands';
import { endOfRecording } from './recording-end';
import { recordingOwner } from './recording-owner';
import { withSpooledInput } from './spooled-input';
import { usage } from './usage-error';

/** `syswide evlist`. @returns the exit status */
export async function evlist(options: EventListOptions): Promise<number> {
  const { verbose = false, freq = false, group = false, traceFields = false } = options;
  if (group && (verbose || freq)) {
    throw usage('--group', 'it shows groups, not what each of their events is like', 'leave -v and -F out, or -g');
  }
  const details = { attr: verbose, frequency: freq, groups: group, traceFields };
  return listed(options, (recording) => eventList(recording, details));
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
