import { SyswideError } from '../base/error';
import { visible } from '../base/safe-text';
import { HostFiles } from '../host/host-files';
import { Recording } from '../profile/recording';
import { buildList } from '../report/build-list';
import { eventList } from '../report/event-list';
import { kernelBuildId, programBuildId } from '../symbols/build-id';
import { offer } from './console';
import { exitStatus } from './exit-status';
import type { BuildListOptions, EventListOptions, FileListOptions } from './file-list-commands';
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
export async function buildidList(options: BuildListOptions): Promise<number> {
  const { kernel, withHits = false, input } = options;
  const id = kernel ? runningBuild() : input === '-' ? undefined : programBuildId(input);
  if (!id) return listed(options, (recording) => buildList(recording, withHits));
  offer(`${id.toString('hex')}\n`);
  return exitStatus.success;
}

function runningBuild(): Buffer {
  const id = kernelBuildId(new HostFiles());
  if (id) return id;
  throw new SyswideError('BAD_FILE', {
    what: 'cannot tell the build-id of the kernel',
    why: '/sys/kernel/notes has none',
    remedy: 'mount sysfs, or take the one of its vmlinux: readelf -n',
  });
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
