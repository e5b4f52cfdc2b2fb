import { HostFiles } from '../../host/host-files';
import type { SymbolPlaces } from '../../profile/programs';
import { Recording } from '../../profile/recording';
import { type TimedProfile, timedProfileOf } from '../../profile/timed-stacks';
import type { FlameSource } from '../../report/flamegraph/flame-model';
import { complain } from '../console';
import { ProgressLine } from '../progress-line';
import type { RecordingFilter } from '../recording-filter';
import { recordingNotices } from '../recording-notices';
import { withSpooledInput } from '../spooled-input';

/** A recording that was read sample by sample. */
export interface TimedRecording extends FlameSource {
  readonly recording: Recording;
  readonly profile: TimedProfile;
}

/** Reads one, and says what could not be had. The file is closed. @throws SyswideError BAD_FILE */
export const timedRecording = (path: string, filter: RecordingFilter, symbols: SymbolPlaces): TimedRecording => ({
  ...withSpooledInput(path, (file) => readWhole(file, filter, symbols)),
  name: path,
});

function readWhole(path: string, filter: RecordingFilter, symbols: SymbolPlaces): TimedRecording {
  const recording = Recording.open(path);
  try {
    const progress = new ProgressLine('reading');
    const files = new HostFiles();
    const profile = timedProfileOf(recording, { filter, symbols, files, onProgress: (done) => progress.show(done) });
    progress.close();
    for (const notice of [...profile.notices, ...recordingNotices(recording)]) complain(`# ${notice}`);
    return {
      name: path,
      recording,
      profile,
      comms: recording.comms,
      events: recording.events.all.map(({ name }) => name),
    };
  } finally {
    recording.close();
  }
}
