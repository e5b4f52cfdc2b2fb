import type { CallOrder } from '../../profile/call-tree';
import type { SortKey } from '../../profile/histogram';
import type { Recording } from '../../profile/recording';
import { isMetric, type ReportField } from '../../report/profile/histogram-columns';
import type { HistogramView } from '../../report/profile/histogram-text';
import { isDummy } from '../recording-filter';
import type { ReportOptions } from './report-options';

/** Events of a recording that stand in one table, and how it is shown. */
export interface ReportTable {
  /** Of the event; null for all of them in one column, told apart by the key `event`. */
  readonly name: string | null;
  /** Indexes. */
  readonly events: readonly number[];
  /** Whether they have one column together. */
  readonly isSummed: boolean;
  readonly view: HistogramView;
  /** Which way call chains are looked at. */
  readonly order: CallOrder;
}

/** The tables that are asked for, in the order of the recording's events. */
export function reportTables(recording: Recording, options: ReportOptions): ReportTable[] {
  const events = recording.events.all;
  const indexes = events.map((_, i) => i);
  const nameOf = (index: number): string => events[index]?.name ?? '';
  const slices = options.timeSlices === undefined ? '' : ` (time slices: ${options.timeSlices})`;
  const tableOf = (name: string | null, title: string, members: readonly number[], isSummed = false) => ({
    name,
    events: members,
    isSummed,
    order: orderOf(recording, members, options),
    view: { event: `${title}${slices}`, ...viewOf(recording, members, options) },
  });
  const single = (index: number) => tableOf(nameOf(index), `event '${nameOf(index)}'`, [index]);
  const together = (members: readonly number[], title: string, isSummed: boolean) =>
    tableOf(isSummed ? null : nameOf(members[0] ?? 0), title, members, isSummed);
  const all = `events '${events.map(({ name }) => name).join(', ')}'`;
  if (options.fieldsFor(false).keys.includes('event')) return [together(indexes, all, true)];
  const groups = options.together === 'none' ? [] : (recording.facts.groups ?? []);
  const isIn = (index: number, { leader, members }: (typeof groups)[number]) =>
    index >= leader && index < leader + members;
  const isOneGroup = groups.some((group) => events.every((event, i) => isIn(i, group) || isDummy(event)));
  if (options.together === 'all' && events.length > 1 && !isOneGroup) return [together(indexes, all, false)];
  return indexes.flatMap((index) => {
    const group = groups.find((candidate) => isIn(index, candidate));
    if (!group || group.members < 2) return [single(index)];
    if (group.leader !== index) return [];
    const members = indexes.slice(group.leader, group.leader + group.members);
    const name = group.name === '{anon_group}' ? 'anon group' : `${group.name}`;
    return [together(members, `events '${name} { ${members.map(nameOf).join(', ')} }'`, false)];
  });
}

/** Keys of which only one value is asked for, in perf's words: they are told once, and have no column. */
export function singles({
  filter,
  functions,
  fieldsFor,
}: ReportOptions): { key: SortKey; name: string; value: string }[] {
  const asked = { comm: filter.comms, dso: functions.dsos, sym: functions.functions } as const;
  return fieldsFor(false).keys.flatMap((key) => {
    const values = key === 'comm' || key === 'dso' || key === 'sym' ? asked[key] : undefined;
    const [value, ...more] = values ?? [];
    return value === undefined || more.length > 0 ? [] : [{ key, name: key === 'sym' ? 'symbol' : key, value }];
  });
}

const hasChains = (recording: Recording, members: readonly number[]): boolean =>
  members.some((index) => recording.events.all[index]?.offsets.hasCallchain);

/** As perf has it: `--hierarchy` has no shares for callers, but looks at chains as if. */
function orderOf(recording: Recording, members: readonly number[], { callGraph, children }: ReportOptions): CallOrder {
  return callGraph.order ?? ((children ?? hasChains(recording, members)) ? 'caller' : 'callee');
}

function viewOf(
  recording: Recording,
  members: readonly number[],
  options: ReportOptions,
): Omit<HistogramView, 'event'> {
  const isCalled = hasChains(recording, members);
  // Functions that the compiler put into others have callers, too; without any, perf takes no notice of `--children`.
  const hasCallers = isCalled || options.inlines;
  const children = !options.hierarchy && hasCallers && (options.children ?? isCalled);
  const { shares, value, leastPercent, most, isFirstTold } = options.callGraph;
  const order = orderOf(recording, members, options);
  const limit = most === undefined ? {} : { most };
  const style = { value, leastPercent, ...limit, order, isFirstTold: order === 'callee' && isFirstTold };
  const fields = options.fieldsFor(children);
  const told = new Set<ReportField>(options.hierarchy ? [] : singles(options).map(({ key }) => key));
  const left = fields.columns.filter((field) => !told.has(field));
  return {
    ...fields,
    // As in perf: what would leave no key stays.
    columns: left.some((field) => !isMetric(field)) ? left : fields.columns,
    style: options.style,
    children,
    leastPercent: options.leastPercent,
    isOnlyWithParent: options.isOnlyWithParent,
    isQuiet: options.quiet,
    ...(shares !== 'none' && isCalled ? { callGraph: { shares, ...style } } : {}),
  };
}
