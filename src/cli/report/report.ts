import { statSync } from 'node:fs';
import { jsonText, visible } from '../../base/safe-text';
import { HostFiles } from '../../host/host-files';
import { eventCounts } from '../../profile/event-counts';
import { Histogram, type SortKey, stackKeysFor } from '../../profile/histogram';
import { Parents } from '../../profile/parents';
import { type Profile, profileOf } from '../../profile/profile';
import { Recording } from '../../profile/recording';
import type { SourceRequest } from '../../profile/source-lines';
import type { ValueSources } from '../../profile/stack-values';
import { TaskTree } from '../../profile/task-tree';
import { CellTexts } from '../../report/profile/cell-text';
import { dumpRecords } from '../../report/profile/dump-text';
import { headerText } from '../../report/profile/header-text';
import { hierarchyText } from '../../report/profile/hierarchy-text';
import { histogramJson } from '../../report/profile/histogram-json';
import { type HistogramView, histogramText } from '../../report/profile/histogram-text';
import type { HistogramSource } from '../../report/profile/key-texts';
import { statsText } from '../../report/profile/stats-text';
import { tasksText } from '../../report/profile/tasks-text';
import { beBrief } from '../brief-work';
import { chainNotices } from '../chain-notice';
import { complain } from '../console';
import { accepting } from '../function-filter';
import { Pages } from '../pages';
import { ProgressLine } from '../progress-line';
import { endOfRecording } from '../recording-end';
import { filterFor, sharesFilter } from '../recording-filter';
import { withSpooledInput } from '../spooled-input';
import { usage } from '../usage-error';
import type { ReportOptions } from './report-options';
import { type ReportTable, reportTables, singles } from './report-tables';

/**
 * `syswide report`: where the samples of a recording are from.
 * @returns the exit status
 */
export async function report(options: ReportOptions): Promise<number> {
  beBrief();
  return withSpooledInput(options.input, (path) => reportOf(path, options));
}

function reportOf(path: string, options: ReportOptions): number {
  const recording = Recording.open(path, options.owner);
  try {
    const pages = new Pages();
    if (options.only === 'dump') dumpRecords(recording, options.input, (text) => pages.text.write(text));
    else for (const part of partsOf(recording, path, options)) pages.text.write(part);
    pages.end();
    return endOfRecording(options.input, recording);
  } finally {
    recording.close();
  }
}

function* partsOf(recording: Recording, path: string, options: ReportOptions): Generator<string> {
  const { only } = options;
  if (only === 'header' || (options.header && !options.json && !only)) {
    yield headerText(recording.facts, statSync(path).mtime);
  }
  if (only) yield* onlyPart(recording, only);
  else yield* entriesOf(recording, options);
}

function* onlyPart(recording: Recording, part: NonNullable<ReportOptions['only']>): Generator<string> {
  if (part === 'stats') {
    const { records } = recording.readTasks().totals;
    const counts = eventCounts(recording);
    yield statsText(
      records,
      recording.events.all.map(({ name }, i) => ({ name, ...(counts[i] ?? { samples: 0, lost: 0n }) })),
    );
  } else if (part === 'tasks' || part === 'mmaps')
    yield* tasksText(TaskTree.of(recording, part === 'mmaps'), part === 'mmaps');
}

function* entriesOf(recording: Recording, options: ReportOptions): Generator<string> {
  const hasChains = recording.events.all.some(({ offsets }) => offsets.hasCallchain);
  if (options.fieldsFor(hasChains).keys.includes('parent') && !hasChains) {
    throw usage('the key parent', 'the recording has no call chains', 'record it with -g');
  }
  const filter = filterFor(options.filter, recording);
  const progress = new ProgressLine('reading');
  const { symbols } = options;
  const { keys } = options.fieldsFor(false);
  const profile = profileOf(recording, {
    keys: stackKeysFor(keys),
    ...sharesFilter(filter, options.isRelative),
    symbols,
    files: new HostFiles(),
    ...sourceOf(options),
    ...(options.trim ? { trim: options.trim } : {}),
    onProgress: (done) => progress.show(done),
  });
  progress.close();
  for (const notice of [...profile.notices, ...chainNoticesOf(recording, options)]) complain(`# ${notice}`);
  yield* options.json ? jsonOf(recording, profile, options) : textOf(recording, profile, options);
}

/** Where callers are shown. */
const chainNoticesOf = (recording: Recording, options: ReportOptions): readonly string[] =>
  reportTables(recording, options).some(({ view }) => view.children || view.callGraph || view.keys.includes('parent'))
    ? chainNotices(recording.events.all)
    : [];

function sourceOf({ inlines, fieldsFor }: ReportOptions): { readonly source?: SourceRequest } {
  const lines = fieldsFor(false).keys.includes('srcline');
  return lines || inlines ? { source: { lines, inlines } } : {};
}

function* textOf(recording: Recording, profile: Profile, options: ReportOptions): Generator<string> {
  const { lost, throttled } = profile.totals;
  if (!options.quiet) {
    const told = singles(options);
    if (told.length > 0) yield '#\n';
    for (const { name, value } of told) yield `# ${name}: ${visible(value)}\n`;
    yield `#\n# Total Lost Samples: ${lost}\n`;
    if (throttled > 0) yield `# Throttled: ${throttled} times\n`;
    yield '#\n';
  }
  let tables = 0;
  for (const { source, view } of tablesOf(recording, profile, options)) {
    if (source.histogram.count === 0) continue;
    tables += 1;
    yield* options.hierarchy ? hierarchyText(source, view) : histogramText(source, view);
  }
  if (tables === 0) yield '# no samples\n';
}

function* jsonOf(recording: Recording, profile: Profile, options: ReportOptions): Generator<string> {
  const tables = tablesOf(recording, profile, { ...options, together: 'none' });
  const events = [...tables].map(({ source, view, table }) => histogramJson(source, view, table.name));
  const { lost, throttled } = profile.totals;
  yield `${jsonText({ schema: 'syswide.report/1', lost: Number(lost), throttled, events }, 2)}\n`;
}

interface TableParts {
  readonly table: ReportTable;
  readonly source: HistogramSource;
  readonly view: HistogramView;
}

/** What the values of keys are made from that are no words of stacks. */
function valueSources({ events, facts }: Recording, { cgroups }: Profile, keys: readonly SortKey[]): ValueSources {
  const sockets = events.first.offsets.cpu < 0 ? undefined : facts.sockets;
  return { ...(sockets ? { sockets } : {}), ...(keys.includes('cgroup') ? { cgroups } : {}) };
}

function* tablesOf(recording: Recording, profile: Profile, options: ReportOptions): Generator<TableParts> {
  const { stacks, cells, timeline, hidden, cgroups } = profile;
  const texts = new CellTexts(cells);
  const accepts = accepting(options.functions, texts);
  const commOf = (tid: number) => timeline.lastComm(tid);
  for (const table of reportTables(recording, options)) {
    const { view, events, isSummed, order } = table;
    const parents = view.keys.includes('parent') ? new Parents(stacks, cells, options.parents, order) : undefined;
    const histogram = new Histogram(
      stacks,
      cells,
      {
        keys: view.keys,
        children: view.children,
        chains: view.callGraph?.order,
        members: isSummed ? 1 : events.length,
        hiddenOf: (event) => hidden.of(event),
        isRelative: options.isRelative,
        ...valueSources(recording, profile, view.keys),
        ...(parents ? { parents } : {}),
      },
      accepts,
    );
    for (const [member, event] of events.entries()) histogram.add(event, isSummed ? 0 : member);
    yield {
      table,
      source: { histogram, stacks, texts, comms: recording.comms, commOf, cgroups, events: recording.events.all },
      view,
    };
  }
}
