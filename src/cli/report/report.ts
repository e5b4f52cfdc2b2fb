import { statSync } from 'node:fs';
import { HostFiles } from '../../host/host-files';
import type { CallOrder } from '../../profile/call-tree';
import { Histogram } from '../../profile/histogram';
import { type Profile, profileOf } from '../../profile/profile';
import { Recording } from '../../profile/recording';
import { CellTexts } from '../../report/profile/cell-text';
import { headerText } from '../../report/profile/header-text';
import { histogramJson } from '../../report/profile/histogram-json';
import { type HistogramSource, type HistogramView, histogramText } from '../../report/profile/histogram-text';
import { statsText } from '../../report/profile/stats-text';
import { complain } from '../console';
import { exitStatus } from '../exit-status';
import { accepting } from '../function-filter';
import { Pages } from '../pages';
import { ProgressLine } from '../progress-line';
import { recordingNotices } from '../recording-notices';
import type { ReportOptions } from './report-options';

/**
 * `syswide report`: where the samples of a recording are from.
 * @returns the exit status
 */
export async function report(options: ReportOptions): Promise<number> {
  const recording = Recording.open(options.input);
  try {
    const pages = new Pages();
    for (const part of partsOf(recording, options)) pages.text.write(part);
    pages.end();
    for (const notice of recordingNotices(recording)) complain(`# ${notice}`);
    return exitStatus.success;
  } finally {
    recording.close();
  }
}

function* partsOf(recording: Recording, options: ReportOptions): Generator<string> {
  if (options.only === 'stats') {
    yield statsText(recording.readTasks().totals.records);
    return;
  }
  if ((options.header && !options.json) || options.only === 'header') {
    yield headerText(recording.facts, statSync(options.input).mtime);
  }
  if (options.only === 'header') return;
  const progress = new ProgressLine('reading');
  const { keys, filter, symbols } = options;
  const profile = profileOf(recording, {
    keys: { event: true, comm: true, pid: keys.includes('pid'), tid: keys.includes('tid'), cpu: keys.includes('cpu') },
    filter,
    symbols,
    files: new HostFiles(),
    onProgress: (done) => progress.show(done),
  });
  progress.close();
  for (const notice of profile.notices) complain(`# ${notice}`);
  yield* options.json ? jsonOf(recording, profile, options) : textOf(recording, profile, options);
}

function* textOf(recording: Recording, profile: Profile, options: ReportOptions): Generator<string> {
  const { lost, throttled } = profile.totals;
  if (!options.quiet) {
    yield `#\n# Total Lost Samples: ${lost}\n`;
    if (throttled > 0) yield `# Throttled: ${throttled} times\n`;
    yield '#\n';
  }
  let events = 0;
  for (const { source, view } of histogramsOf(recording, profile, options)) {
    if (source.histogram.count === 0) continue;
    events += 1;
    yield* histogramText(source, view);
  }
  if (events === 0) yield '# no samples\n';
}

function* jsonOf(recording: Recording, profile: Profile, options: ReportOptions): Generator<string> {
  const events = [...histogramsOf(recording, profile, options)].map(({ source, view }) => histogramJson(source, view));
  const { lost, throttled } = profile.totals;
  yield `${JSON.stringify({ schema: 'syswide.report/1', lost: Number(lost), throttled, events }, undefined, 2)}\n`;
}

function* histogramsOf(
  recording: Recording,
  { stacks, places }: Profile,
  options: ReportOptions,
): Generator<{ readonly source: HistogramSource; readonly view: HistogramView }> {
  const texts = new CellTexts(places);
  for (const [index, { name, offsets }] of recording.events.all.entries()) {
    const children = options.children ?? offsets.hasCallchain;
    const { shares, leastPercent, order } = options.callGraph;
    const direction: CallOrder = order ?? (children ? 'caller' : 'callee');
    const callGraph =
      shares === 'none' || !offsets.hasCallchain ? undefined : { shares, leastPercent, order: direction };
    const { keys } = options;
    const histogram = new Histogram(
      stacks,
      places,
      { keys, children, chains: callGraph ? direction : undefined },
      accepting(options.functions, texts),
    );
    histogram.add(index);
    yield {
      source: { histogram, stacks, texts, comms: recording.comms },
      view: {
        event: name,
        keys,
        children,
        sampleCounts: options.sampleCounts,
        leastPercent: options.leastPercent,
        isQuiet: options.quiet,
        ...(callGraph ? { callGraph } : {}),
      },
    };
  }
}
