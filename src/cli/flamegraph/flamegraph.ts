import { visible } from '../../base/safe-text';
import { pairedEvent } from '../../profile/event-pairs';
import { flameModel } from '../../report/flamegraph/flame-model';
import { flamePage } from '../../report/flamegraph/flame-page';
import { beBrief } from '../brief-work';
import { complain } from '../console';
import { writeNewFile } from '../new-file';
import type { FlamegraphOptions } from './flamegraph-options';
import { type TimedRecording, timedRecording } from './timed-recording';

/**
 * `syswide flamegraph`: a page of a recording, or of two that are compared.
 * @returns the exit status
 */
export async function flamegraph(options: FlamegraphOptions): Promise<number> {
  beBrief();
  const { inputs, title, output, quiet } = options;
  const recordings = inputs.map((path) => timedRecording(path, options));
  const data = flameModel(title, compared(recordings));
  const bytes = writeNewFile(output, flamePage(data));
  if (!quiet && output !== '-') {
    const samples = data.time.length === 1 ? '1 sample' : `${data.time.length} samples`;
    complain(`# ${samples} in ${visible(output)}, ${(bytes / 2 ** 20).toFixed(2)} MiB`);
  }
  return Math.max(...recordings.map(({ status }) => status));
}

/** Of two, events of the first have the names of those that they are compared with, as in `diff`. */
function compared(recordings: readonly TimedRecording[]): readonly TimedRecording[] {
  const [base, other] = recordings;
  if (!(base && other)) return recordings;
  const [own, theirs] = [base.recording.events.all, other.recording.events.all];
  return [{ ...base, events: own.map((event) => pairedEvent(event, own, theirs)?.name ?? event.name) }, other];
}
