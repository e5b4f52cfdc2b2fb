import { addCounts, type Counts, noCounts } from '../abi/counts';
import { type Cpu, type Nanoseconds, ns } from '../base/units';
import type { CommandExit } from '../native/kernel';
import type { CpuCoverage } from './coverage';
import { inQuadrature } from './estimate-error';
import type { Count, EventCount } from './event-count';
import type { RunOutcome, StatResult } from './stat-result';

/**
 * What several runs of the same command counted on average. Runs that failed are named and not averaged: what a
 * command does before it fails says nothing about what it does.
 * @param results of all runs, in their order; at least one
 */
export function meanResult(results: readonly StatResult[]): StatResult {
  const [first] = results;
  if (!first) throw new RangeError('a mean needs a run');
  const outcomes = results.map(outcomeOf);
  const good = results.filter((_, i) => outcomes[i]?.failure === undefined);
  const {
    own: _own,
    exit: _exit,
    counted: _counted,
    hotplug: _hotplug,
    history: _history,
    armSpan: _span,
    ...same
  } = first;
  const exit = meanExit(good.flatMap((result) => result.exit ?? []));
  const own = good.flatMap((result) => (result.own ? [result.own] : []));
  return {
    ...same,
    counts: meanCounts(
      first.counts,
      good.map(({ counts }) => counts),
    ),
    elapsed: meanTime((good.length > 0 ? good : results).map((result) => result.elapsed)),
    ...meanCounted(good),
    endedBy: results.at(-1)?.endedBy ?? 'end',
    ...(exit ? { exit } : {}),
    coverage: wholeCoverage(good),
    ...(own.length > 0 && own.length === good.length && first.own ? { own: meanCounts(first.own, own) } : {}),
    notices: [...new Set(results.flatMap(({ notices }) => notices)), ...failures(outcomes), ...restless(results)],
    runs: outcomes,
  };
}

function outcomeOf(result: StatResult): RunOutcome {
  const { exit, endedBy, elapsed } = result;
  return { elapsed, ...(exit ? { exit } : {}), ...failureOf(exit, endedBy) };
}

function failureOf(exit: CommandExit | undefined, endedBy: StatResult['endedBy']): Pick<RunOutcome, 'failure'> {
  if (endedBy === 'interruption') return { failure: 'interrupted' };
  if (endedBy === 'timeout') return {};
  if (exit?.signal !== undefined) return { failure: `ended by signal ${exit.signal}` };
  return exit?.exitCode ? { failure: `exit status ${exit.exitCode}` } : {};
}

/** Runs that failed in the same way share a line. */
function failures(outcomes: readonly RunOutcome[]): string[] {
  const runs = new Map<string, number[]>();
  for (const [i, { failure }] of outcomes.entries()) {
    if (failure !== undefined) runs.set(failure, [...(runs.get(failure) ?? []), i + 1]);
  }
  return [...runs].map(([failure, numbers]) => {
    return `${runsText(numbers)} of ${outcomes.length} failed (${failure}) and ${numbers.length === 1 ? 'is' : 'are'} not part of the mean`;
  });
}

/** Numbers that a line has room for. */
const LISTED = 10;

function runsText(numbers: readonly number[]): string {
  const more = numbers.length > LISTED ? ` and ${numbers.length - LISTED} more` : '';
  return `${numbers.length === 1 ? 'run' : 'runs'} ${numbers.slice(0, LISTED).join(', ')}${more}`;
}

/** Times of happenings mean nothing outside of their run. */
function restless(results: readonly StatResult[]): string[] {
  const runs = results.flatMap(({ hotplug }, i) => (hotplug && hotplug.happenings.length > 0 ? [i + 1] : []));
  return runs.length === 0 ? [] : [`CPUs came or went in ${runsText(runs)}`];
}

function meanCounts(like: readonly EventCount[], runs: readonly (readonly EventCount[])[]): EventCount[] {
  return like.map((one, i) => {
    const same = runs.flatMap((counts) => counts[i] ?? []);
    return {
      event: one.event,
      total: meanCount(
        one.total,
        same.map(({ total }) => total),
      ),
      perCpu: meanParts(
        same.map(({ total, perCpu }) => ({ total, parts: perCpu })),
        nothing,
      ),
      // One that was not there is no thread that did nothing: each run of a command has its own.
      perThread: meanParts(
        same.map(({ total, perThread }) => ({ total, parts: perThread })),
        undefined,
      ),
    };
  });
}

/** What one run counted in all, and how that is spread. */
interface SpreadCount<Key> {
  readonly total: Count;
  readonly parts: ReadonlyMap<Key, Count>;
}

/** @param absent what a part has in a run that does not have it; undefined: it is passed over */
function meanParts<Key extends number>(runs: readonly SpreadCount<Key>[], absent: Count | undefined): Map<Key, Count> {
  const keys = new Map(runs.flatMap(({ parts }) => [...parts]).sort(([a], [b]) => a - b));
  return new Map(
    [...keys].map(([key, like]) => {
      const isCounted = runs.some(({ parts }) => parts.get(key)?.status === 'counted');
      return [
        key,
        meanCount(
          like,
          runs.map((run) => (isCounted ? partOf(run, key, absent) : run.parts.get(key))),
        ),
      ];
    }),
  );
}

/**
 * Where other parts were counted, one that was never enabled has none of it: the task did not run there, the CPU was offline.
 * Left out of the mean, parts would be more than the whole.
 */
function partOf<Key>({ total, parts }: SpreadCount<Key>, key: Key, absent: Count | undefined): Count | undefined {
  const own = parts.get(key);
  if (total.status !== 'counted') return own;
  if (!own) return absent;
  return own.raw.timeEnabled > 0n ? own : nothing;
}

const nothing: Count = { status: 'counted', value: 0n, raw: noCounts };

/** Over the runs that counted it. */
function meanCount(like: Count, runs: readonly (Count | undefined)[]): Count {
  const counted = runs.flatMap((count) => (count?.status === 'counted' ? [count] : []));
  if (counted.length === 0) {
    return { status: like.status === 'not supported' ? like.status : 'not counted', value: 0n, raw: noCounts };
  }
  const values = counted.map(({ value }) => value);
  const raw = counted.reduce((sum, count) => addCounts(sum, count.raw), noCounts);
  const error = meanError(counted);
  return {
    status: 'counted',
    value: mean(values),
    ...(error === undefined ? {} : { error }),
    raw: divided(raw, values.length),
    samples: values,
  };
}

/** How far the mean of estimates may be off, which are independent of each other; undefined where all are exact. */
function meanError(counts: readonly Count[]): bigint | undefined {
  const sum = inQuadrature(counts.map(({ error }) => (error === undefined ? undefined : error ** 2n)));
  const n = BigInt(counts.length);
  // Not to look smaller than it is.
  return sum === undefined ? undefined : (sum + n - 1n) / n;
}

const divided = ({ value, timeEnabled, timeRunning }: Counts, n: number): Counts => ({
  value: rounded(value, n),
  timeEnabled: rounded(timeEnabled, n),
  timeRunning: rounded(timeRunning, n),
});

const mean = (values: readonly bigint[]): bigint =>
  rounded(
    values.reduce((sum, value) => sum + value, 0n),
    values.length,
  );

/** To the nearest integer. */
function rounded(sum: bigint, n: number): bigint {
  const count = BigInt(n);
  return (sum + count / 2n) / count;
}

const meanTime = (times: readonly Nanoseconds[]): Nanoseconds => ns(mean(times));

function meanCounted(results: readonly StatResult[]): Pick<StatResult, 'counted'> {
  const times = results.flatMap(({ counted }) => counted ?? []);
  return times.length === 0 ? {} : { counted: meanTime(times) };
}

function meanExit(exits: readonly CommandExit[]): CommandExit | undefined {
  const [first] = exits;
  if (!first) return undefined;
  const of = (pick: (exit: CommandExit) => bigint) => mean(exits.map(pick));
  return {
    ...first,
    userTime: ns(of(({ userTime }) => userTime)),
    systemTime: ns(of(({ systemTime }) => systemTime)),
    maxRssKib: of(({ maxRssKib }) => maxRssKib),
    minorFaults: of(({ minorFaults }) => minorFaults),
    majorFaults: of(({ majorFaults }) => majorFaults),
    voluntarySwitches: of(({ voluntarySwitches }) => voluntarySwitches),
    involuntarySwitches: of(({ involuntarySwitches }) => involuntarySwitches),
  };
}

/** Of all runs together. */
function wholeCoverage(results: readonly StatResult[]): StatResult['coverage'] {
  const whole = new Map<Cpu, CpuCoverage>();
  for (const [cpu, { counted, uncovered }] of results.flatMap(({ coverage }) => [...coverage])) {
    const known = whole.get(cpu);
    whole.set(cpu, {
      counted: ns((known?.counted ?? 0n) + counted),
      uncovered: ns((known?.uncovered ?? 0n) + uncovered),
    });
  }
  return whole;
}
