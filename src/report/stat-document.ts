import { jsonText, visible } from '../base/safe-text';
import { elapsed, type Nanoseconds } from '../base/units';
import { coveragePercent } from '../counts/coverage';
import type { Count, EventCount } from '../counts/event-count';
import type { RunOutcome, StatResult } from '../counts/stat-result';
import { type RowView, runningPercent, type StatRow, statRows } from './stat-rows';

/** What is known besides the result: where and when it was measured, and by which version. */
export interface Provenance {
  readonly version: string;
  readonly started: Date;
  readonly kernel: string;
  readonly machine: string;
  readonly cpuModel: string;
}

/** How counts were told apart, and what there was before the end. */
export interface DocumentDetail extends RowView {
  /** Absent where there were none. */
  readonly intervals?: readonly DocumentInterval[];
}

/** What one interval counted, by event; undefined where it was not counted. */
export interface DocumentInterval {
  readonly at: Nanoseconds;
  readonly elapsed: Nanoseconds;
  readonly values: readonly (bigint | undefined)[];
}

const noDetail: DocumentDetail = { aggregation: { kind: 'global' } };

/**
 * The whole result as one JSON document, `syswide.stat/1`: `docs/schema/syswide.stat-1.json` describes it. Numbers are
 * numbers; counts and times above 2^53 are strings of digits, so that no reader rounds them in silence.
 */
export function statDocument(result: StatResult, provenance: Provenance, detail: DocumentDetail = noDetail): string {
  const { version, started, ...host } = provenance;
  const rows = statRows(result, detail);
  const document = {
    schema: 'syswide.stat/1',
    syswide: version,
    started: started.toISOString(),
    host,
    subject: subject(result),
    ...(result.command ? { command: result.command } : {}),
    elapsedNs: number(result.elapsed),
    endedBy: result.endedBy,
    ...(result.armSpan ? { armSpanNs: number(elapsed(result.armSpan.begin, result.armSpan.end)) } : {}),
    ...(result.exit ? { exit: exit(result.exit) } : {}),
    ownExcluded: result.ownExcluded,
    events: events(result, rows),
    ...(detail.metrics?.length ? { metrics: metrics(rows) } : {}),
    ...(result.runs ? { runs: result.runs.map(run) } : {}),
    ...(detail.intervals && !result.runs ? { intervals: detail.intervals.map(interval) } : {}),
    coverage: [...result.coverage].map(([cpu, covered]) => ({
      cpu,
      countedNs: number(covered.counted),
      uncoveredNs: number(covered.uncovered),
      percent: coveragePercent(covered),
    })),
    ...(result.hotplug ? { hotplug: hotplug(result.hotplug, result) } : {}),
    notices: result.notices,
  };
  return `${jsonText(document, 2)}\n`;
}

const LARGEST_EXACT = BigInt(Number.MAX_SAFE_INTEGER);

/** Exact in either form. */
const number = (value: bigint): number | string =>
  value <= LARGEST_EXACT && value >= -LARGEST_EXACT ? Number(value) : value.toString();

function subject({ subject: counted }: StatResult) {
  switch (counted.kind) {
    case 'system':
    case 'cpus':
      return { kind: counted.kind, cpus: counted.cpus.toString() };
    case 'processes':
    case 'threads':
      return { kind: counted.kind, ids: counted.list.split(',').map(Number) };
    case 'command':
    case 'all threads':
      return { kind: counted.kind };
  }
}

function events(result: StatResult, rows: readonly StatRow[]) {
  const whole = statRows(result, { aggregation: { kind: 'global' } });
  return result.counts.map(({ event, total, perCpu }, i) => {
    const [metric] = whole[i]?.metrics ?? [];
    const own = result.own?.[i];
    const parts = rows.filter((row) => row.event === event && row.part && row.part.kind !== 'cpu');
    return {
      name: visible(event.name),
      kind: event.kind,
      unit: event.unit,
      scale: event.scale,
      ...(event.cgroup ? { cgroup: visible(event.cgroup.name) } : {}),
      ...count(total),
      ...(metric ? { metric: { value: metric.value, unit: metric.unit } } : {}),
      ...(own ? { own: ownCount(own) } : {}),
      perCpu: [...perCpu].map(([cpu, part]) => ({ cpu, ...count(part) })),
      ...(parts.length > 0 ? { parts: parts.map((row) => ({ ...part(row), ...count(row.count) })) } : {}),
    };
  });
}

/** What names a part; nothing for the whole and for a CPU. */
function part({ part: of }: StatRow): { tid?: number; comm?: string; unit?: string; label?: string; cpus?: number } {
  if (of?.kind === 'thread') return { tid: of.tid, comm: visible(of.comm) };
  return of?.kind === 'unit' ? { unit: of.unit, label: of.label, cpus: of.cpus } : {};
}

/** Its `unit` is that of the metric. */
function metricPart(row: StatRow) {
  if (row.part?.kind === 'cpu') return { cpu: row.part.cpu };
  const { unit: _, ...rest } = part(row);
  return rest;
}

/** Those that were asked for, wherever they stand. */
function metrics(rows: readonly StatRow[]) {
  return rows.flatMap((row) =>
    row.metrics.flatMap(({ formula, value, unit, scaleUnit }) => {
      if (formula === undefined) return [];
      return [
        {
          name: visible(unit),
          formula: visible(formula),
          ...(scaleUnit === undefined ? {} : { unit: scaleUnit }),
          ...metricPart(row),
          ...(row.event.cgroup ? { cgroup: visible(row.event.cgroup.name) } : {}),
          value: Number.isNaN(value) ? null : value,
        },
      ];
    }),
  );
}

const run = ({ elapsed: took, exit: how, failure }: RunOutcome) => ({
  elapsedNs: number(took),
  ...(how ? { exit: exit(how) } : {}),
  ...(failure === undefined ? {} : { failure }),
});

const interval = ({ at, elapsed: took, values }: DocumentInterval) => ({
  atNs: number(at),
  elapsedNs: number(took),
  values: values.map((value) => (value === undefined ? null : number(value))),
});

/** Of an event that the kernel cannot tell apart by task, nothing is known: `null`, not 0. */
const ownCount = ({ total }: EventCount) => (total.status === 'counted' ? number(total.value) : null);

function count(counted: Count) {
  const { value, timeEnabled, timeRunning } = counted.raw;
  return {
    status: counted.status,
    value: counted.status === 'counted' ? number(counted.value) : null,
    ...(counted.error === undefined ? {} : { error: number(counted.error) }),
    ...(counted.samples ? { samples: counted.samples.map(number) } : {}),
    raw: { value: number(value), timeEnabledNs: number(timeEnabled), timeRunningNs: number(timeRunning) },
    runningPercent: runningPercent(counted),
  };
}

const exit = ({ exitCode, signal, ...used }: NonNullable<StatResult['exit']>) => ({
  ...(exitCode === undefined ? {} : { exitCode }),
  ...(signal === undefined ? {} : { signal }),
  userNs: number(used.userTime),
  systemNs: number(used.systemTime),
  maxRssKib: number(used.maxRssKib),
  minorFaults: number(used.minorFaults),
  majorFaults: number(used.majorFaults),
  voluntarySwitches: number(used.voluntarySwitches),
  involuntarySwitches: number(used.involuntarySwitches),
});

const hotplug = ({ happenings, heardFrom }: NonNullable<StatResult['hotplug']>, { start }: StatResult) => ({
  source: heardFrom.name,
  exactTimes: heardFrom.exactTimes,
  happenings: happenings.map(({ cpu, kind, at, uncovered, error }) => ({
    cpu,
    kind,
    atNs: number(elapsed(start, at)),
    ...(uncovered === undefined ? {} : { uncoveredNs: number(uncovered) }),
    ...(error ? { error: { code: error.code, message: error.message } } : {}),
  })),
});
