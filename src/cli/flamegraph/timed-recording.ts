import { HostFiles } from '../../host/host-files';
import type { Owner } from '../../perfdata/input-file';
import type { SymbolPlaces } from '../../profile/programs';
import { Recording } from '../../profile/recording';
import { type TimedProfile, timedProfileOf } from '../../profile/timed-stacks';
import type { FlameSource } from '../../report/flamegraph/flame-model';
import { chainNotices } from '../chain-notice';
import { ProgressLine } from '../progress-line';
import { endOfRecording } from '../recording-end';
import { filterFor, type RecordingFilter } from '../recording-filter';
import { withSpooledInput } from '../spooled-input';

/** A recording that was read sample by sample. */
export interface TimedRecording extends FlameSource {
  readonly recording: Recording;
  readonly profile: TimedProfile;
  /** The exit status that a command has which read it. */
  readonly status: number;
}

/** How one is to be read. */
export interface TimedReading {
  readonly owner: Owner;
  readonly filter: RecordingFilter;
  readonly symbols: SymbolPlaces;
  /** See `TimedRequest`. */
  readonly inlines: boolean;
  readonly addresses?: boolean;
  /** Tells nothing but errors. */
  readonly quiet?: boolean;
}

/** Reads one, and says what could not be had. The file is closed. @throws SyswideError BAD_FILE */
export const timedRecording = (path: string, reading: TimedReading): TimedRecording => ({
  ...withSpooledInput(path, (file) => readWhole(Recording.open(file, reading.owner), path, reading)),
  name: path,
});

function readWhole(recording: Recording, name: string, reading: TimedReading): TimedRecording {
  try {
    const filter = filterFor(reading.filter, recording);
    const progress = new ProgressLine('reading');
    const files = new HostFiles();
    const onProgress = reading.quiet ? () => {} : (done: number) => progress.show(done);
    const read = timedProfileOf(recording, { ...reading, filter, files, onProgress });
    const profile = { ...read, notices: [...read.notices, ...chainNotices(recording.events.all)] };
    progress.close();
    return {
      name,
      status: endOfRecording(name, recording, profile.notices, reading.quiet),
      recording,
      profile,
      comms: recording.comms,
      events: recording.events.all.map(({ name }) => name),
    };
  } finally {
    recording.close();
  }
}
