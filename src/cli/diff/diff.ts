import { jsonText, visible } from '../../base/safe-text';
import { HostFiles } from '../../host/host-files';
import { type Difference, differencesOf, type Shares } from '../../profile/difference';
import { type EventIdentity, pairedEvent } from '../../profile/event-pairs';
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
import { filterFor, sharesFilter } from '../recording-filter';
import type { DiffOptions } from './diff-options';

/**
 * `syswide diff`: what differs between two recordings.
 * @returns the exit status
 */
export async function diff(options: DiffOptions): Promise<number> {
  beBrief();
  const [base, other] = [sharesIn(options.base, options), sharesIn(options.other, options)];
  const pages = new Pages();
  const pairs = other.events.map((event) => ({ event, match: pairedEvent(event, other.events, base.events) }));
  const compared = pairs.map(({ event, match }) => ({
    view: viewOf(event.name, options),
    differences: differencesOf(match?.shares ?? { entries: [], samples: 0 }, event.shares),
  }));
  if (options.json) pages.text.write(documentOf(compared));
  else {
    for (const { differences, view } of compared) {
      for (const part of differenceText(differences, view)) pages.text.write(part);
    }
  }
  pages.end();
  tellOthers(pairs, base.events, options);
  return Math.max(base.status, other.status);
}

/** Says what is compared with nothing, or with an event of another name. */
function tellOthers(
  pairs: readonly { event: SampledEvent; match: SampledEvent | undefined }[],
  base: readonly SampledEvent[],
  options: DiffOptions,
): void {
  for (const { event, match } of pairs) {
    if (match?.name === event.name) continue;
    const instead = match ? `: compared with its '${visible(match.name)}'` : '';
    complain(`# ${visible(options.base)} has no samples of '${visible(event.name)}'${instead}`);
  }
  for (const event of base) {
    if (pairs.some(({ match }) => match === event)) continue;
    complain(`# ${visible(options.other)} has no samples of '${visible(event.name)}'`);
  }
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

/** An event of a recording that has samples, and what they are of. */
interface SampledEvent extends EventIdentity {
  readonly shares: Shares;
}

/** A recording by event: those of one name are one. Says what could not be had. @throws SyswideError BAD_FILE */
function sharesIn(
  path: string,
  { owner, keys, filter, isRelative, symbols, functions }: DiffOptions,
): { readonly events: readonly SampledEvent[]; readonly status: number } {
  const recording = Recording.open(path, owner);
  const progress = new ProgressLine('reading');
  try {
    const { stacks, cells, timeline, hidden, notices } = profileOf(recording, {
      keys: stackKeysFor(keys),
      ...sharesFilter(filterFor(filter, recording), isRelative),
      symbols,
      files: new HostFiles(),
      onProgress: (done) => progress.show(done),
    });
    progress.close();
    const texts = new CellTexts(cells);
    const { all } = recording.events;
    const sharesOfName = (name: string): Shares => {
      const histogram = new Histogram(
        stacks,
        cells,
        { keys, children: false, chains: undefined, hiddenOf: (event) => hidden.of(event), isRelative },
        accepting(functions, texts),
      );
      for (const [index, event] of all.entries()) if (event.name === name) histogram.add(index);
      const commOf = (tid: number) => timeline.lastComm(tid);
      return sharesOf({ histogram, stacks, texts, comms: recording.comms, commOf, events: all }, keys);
    };
    const events = [...new Map(all.map((event) => [event.name, event])).values()]
      .map(({ name, type, config }) => ({ name, type, config, shares: sharesOfName(name) }))
      .filter(({ shares }) => shares.samples > 0);
    const told = notices.map((notice) => `${path}: ${notice}`);
    return { events, status: endOfRecording(path, recording, told) };
  } finally {
    recording.close();
    progress.close();
  }
}
