import { jsonText } from '../../base/safe-text';
import { HostFiles } from '../../host/host-files';
import { type Difference, differencesOf, type Shares } from '../../profile/difference';
import { Histogram, stackKeysFor } from '../../profile/histogram';
import { profileOf } from '../../profile/profile';
import { Recording } from '../../profile/recording';
import { CellTexts } from '../../report/profile/cell-text';
import { differenceJson } from '../../report/profile/difference-json';
import { type DifferenceView, differenceText } from '../../report/profile/difference-text';
import { sharesOf } from '../../report/profile/shares';
import { beBrief } from '../brief-work';
import { complain } from '../console';
import { accepting } from '../function-filter';
import { Pages } from '../pages';
import { ProgressLine } from '../progress-line';
import { endOfRecording } from '../recording-end';
import { filterFor } from '../recording-filter';
import type { DiffOptions } from './diff-options';

/**
 * `syswide diff`: what differs between two recordings.
 * @returns the exit status
 */
export async function diff(options: DiffOptions): Promise<number> {
  beBrief();
  const [{ byEvent: base, status }, { byEvent: other, status: otherStatus }] = [
    sharesIn(options.base, options),
    sharesIn(options.other, options),
  ];
  const pages = new Pages();
  const compared = [...other].map(([event, shares]) => ({
    view: viewOf(event, options),
    differences: differencesOf(base.get(event) ?? { entries: [], samples: 0 }, shares),
  }));
  if (options.json) pages.text.write(documentOf(compared));
  else {
    for (const { differences, view } of compared) {
      for (const part of differenceText(differences, view)) pages.text.write(part);
    }
  }
  pages.end();
  for (const event of base.keys()) {
    if (!other.has(event)) complain(`# ${options.other} has no samples of '${event}'`);
  }
  return Math.max(status, otherStatus);
}

function documentOf(compared: readonly { differences: readonly Difference[]; view: DifferenceView }[]): string {
  const events = compared.map(({ differences, view }) => differenceJson(differences, view));
  return `${jsonText({ schema: 'syswide.diff/1', events }, 2)}\n`;
}

const viewOf = (event: string, { keys, computed, baselineOnly, quiet }: DiffOptions): DifferenceView => ({
  event,
  keys,
  computed,
  baselineOnly,
  isQuiet: quiet,
});

/** A recording by event: those of one name are one. Says what could not be had. @throws SyswideError BAD_FILE */
function sharesIn(
  path: string,
  { owner, keys, filter, symbols, functions }: DiffOptions,
): { readonly byEvent: ReadonlyMap<string, Shares>; readonly status: number } {
  const recording = Recording.open(path, owner);
  const progress = new ProgressLine('reading');
  try {
    const { stacks, cells, timeline, notices } = profileOf(recording, {
      keys: stackKeysFor(keys),
      filter: filterFor(filter, recording),
      symbols,
      files: new HostFiles(),
      onProgress: (done) => progress.show(done),
    });
    progress.close();
    const texts = new CellTexts(cells);
    const byEvent = new Map<string, Shares>();
    for (const [index, { name }] of recording.events.all.entries()) {
      const options = { keys, children: false, chains: undefined };
      const histogram = new Histogram(stacks, cells, options, accepting(functions, texts));
      histogram.add(index);
      const commOf = (tid: number) => timeline.lastComm(tid);
      const source = { histogram, stacks, texts, comms: recording.comms, commOf, events: recording.events.all };
      if (histogram.count > 0) byEvent.set(name, sharesOf(source, keys));
    }
    const told = notices.map((notice) => `${path}: ${notice}`);
    return { byEvent, status: endOfRecording(path, recording, told) };
  } finally {
    recording.close();
    progress.close();
  }
}
