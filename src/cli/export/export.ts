import { basename } from 'node:path';
import { visible } from '../../base/safe-text';
import { chromeTrace } from '../../report/export/chrome-trace';
import { firefox } from '../../report/export/firefox';
import { folded } from '../../report/export/folded';
import { pprof } from '../../report/export/pprof';
import { speedscope } from '../../report/export/speedscope';
import { svg } from '../../report/export/svg';
import { flameModel } from '../../report/flamegraph/flame-model';
import type { FlameModel } from '../../report/flamegraph/view/flame-data';
import { complain, standardOutput } from '../console';
import { type TimedRecording, timedRecording } from '../flamegraph/timed-recording';
import { writeNewFile } from '../new-file';
import { streamOrFile } from '../open-descriptor';
import { recordingFilter } from '../recording-filter';
import { recordingOwner } from '../recording-owner';
import { inputName } from '../spooled-input';
import { symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';
import type { ExportFormat, RawExportOptions } from './export-command';

const writers: Record<Exclude<ExportFormat, 'pprof'>, (data: FlameModel) => string> = {
  folded,
  speedscope,
  firefox,
  svg,
  'chrome-trace': chromeTrace,
};

/**
 * `syswide export`: a recording in the format of another viewer.
 * @returns the exit status
 * @throws SyswideError USAGE for options that make no sense, BAD_FILE, OUTPUT_FAILED
 */
export async function exportRecording(raw: RawExportOptions): Promise<number> {
  const { input, format } = raw;
  const output = streamOrFile(raw.output);
  if (format === 'pprof' && output === '-' && standardOutput.isTerminal) {
    throw usage('--format pprof', 'standard output is a terminal, and it is no text', 'write it to a file with -o');
  }
  const read = timedRecording(input, {
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    symbols: symbolPlaces(raw),
    inlines: raw.inline ?? false,
    addresses: format === 'pprof',
  });
  writeNewFile(output, [contentOf(format, basename(inputName(input)), read)]);
  const events = sampledEvents(read);
  if (sums.has(format) && events.length > 1) {
    complain(`# ${format} does not tell events apart: samples of ${visible(events.join(', '))} are added up`);
  }
  return read.status;
}

/** Formats with one number for a stack, or a thread, whatever was counted. */
const sums: ReadonlySet<ExportFormat> = new Set(['folded', 'firefox', 'svg']);

/** The names of those that have samples. */
function sampledEvents({ events, profile }: TimedRecording): string[] {
  const sampled = new Set(profile.samples.event);
  return [...new Set(events.filter((_, i) => sampled.has(i)))];
}

function contentOf(format: ExportFormat, title: string, read: TimedRecording): string | Uint8Array {
  if (format !== 'pprof') return writers[format](flameModel(title, [read]));
  const builds = new Map(read.recording.builds.map(({ path, id }) => [path, id.toString('hex')]));
  return pprof({ ...read, builds });
}
