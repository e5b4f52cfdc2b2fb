import { SyswideError } from '../../base/error';
import { GateCourse } from '../../gate/course';
import { fewestPairs, fewestRuns } from '../../gate/looks';
import type { GateMetric } from '../../gate/metric';
import type { GateOutcome, InvalidPair } from '../../gate/outcome';
import { seeded } from '../../gate/random';
import { overall } from '../../gate/verdict';
import { complain } from '../console';
import { runHook } from '../shell-hook';
import type { GateRequest } from './gate-request';
import type { GateRun, GateRunner } from './gate-run';

/** What a gate of two commands needs besides. */
export interface CourseSetting {
  readonly seed: number;
  readonly warmup: number;
  readonly allowScaled: boolean;
  /** Told after each pair how many of how many are done. */
  readonly onPair: (done: number, most: number) => void;
}

/** Of the pairs so far, that part may fail, and one in any case; with more there is no verdict. */
const MOST_INVALID = 0.1;

/** Below that share of the time, a count that was scaled up is a guess. */
const LEAST_RUNNING = 0.5;

/** Whether syswide is to stop. */
export class GateInterrupted extends Error {}

type PairedRequest = GateRequest & { readonly base: readonly string[] };

/**
 * Runs both commands in pairs, in random order within each, until every metric has its verdict.
 * @throws SyswideError GATE_FAILED where too many runs fail; GateInterrupted
 */
export async function runPairs(
  request: PairedRequest,
  runner: GateRunner,
  setting: CourseSetting,
): Promise<GateOutcome> {
  const { metrics, pairs } = request;
  const started = performance.now();
  const warnings = tooFew(metrics.length, pairs);
  warnBeforehand(request, warnings);
  const gate = new PairedGate(request, runner, setting);
  await betweenHooks(request, async () => {
    await gate.warmUp();
    while (!gate.course.isOver) await gate.pair();
  });
  const { course, invalid } = gate;
  return {
    name: request.name,
    base: request.base,
    new: request.new,
    verdict: overall(course.assessments.map(({ verdict }) => verdict)),
    assessments: course.assessments,
    values: metrics.map((_, i) => course.valuesOf(i)),
    invalid,
    pairs: course.pairs,
    mostPairs: pairs,
    seed: setting.seed,
    seconds: (performance.now() - started) / 1000,
    notices: warnings,
  };
}

/** Runs what a gate has to be run before all, then its runs, and in any case what is to be run after all. */
export async function betweenHooks({ setup, cleanup }: GateRequest, runs: () => Promise<void>): Promise<void> {
  if (setup !== undefined) await runHook('--setup', setup);
  try {
    await runs();
  } finally {
    if (cleanup !== undefined) await runHook('--cleanup', cleanup);
  }
}

/** A gate of two commands on its way. */
class PairedGate {
  readonly course: GateCourse;
  readonly invalid: InvalidPair[] = [];
  readonly #random: () => number;
  #run = 0;

  constructor(
    private readonly request: PairedRequest,
    private readonly runner: GateRunner,
    private readonly setting: CourseSetting,
  ) {
    this.course = new GateCourse(request.metrics, request.pairs);
    this.#random = seeded(setting.seed);
  }

  async warmUp(): Promise<void> {
    for (let i = 0; i < this.setting.warmup; i += 1) {
      for (const which of ['base', 'new'] as const) checkWarmup(which, this.request[which], await this.run(which));
    }
  }

  async pair(): Promise<void> {
    this.#run += 1;
    const order = this.#random() < 0.5 ? (['base', 'new'] as const) : (['new', 'base'] as const);
    const runs = new Map<string, GateRun>();
    for (const which of order) runs.set(which, await this.run(which));
    const failed = order.find((which) => runs.get(which)?.failure !== undefined);
    if (failed) {
      this.invalid.push({ pair: this.#run, command: failed, failure: runs.get(failed)?.failure ?? '' });
      if (this.invalid.length > Math.max(1, this.#run * MOST_INVALID))
        throw tooManyFailed(this.request.name, this.invalid, this.#run);
      return;
    }
    this.course.add(values(runs.get('base')), values(runs.get('new')));
    this.setting.onPair(this.course.pairs, this.request.pairs);
  }

  private async run(which: 'base' | 'new'): Promise<GateRun> {
    const { prepare, cwdBase, metrics } = this.request;
    if (prepare !== undefined) await runHook('--prepare', prepare);
    const found = await this.runner.run(this.request[which], which === 'base' ? cwdBase : undefined);
    if (found.isInterrupted) throw new GateInterrupted();
    checkScaled(metrics, found, this.setting.allowScaled);
    return found;
  }
}

/** Runs of one command alone, the good ones one after the other. */
export class RunSeries {
  readonly invalid: InvalidPair[] = [];
  #run = 0;

  constructor(
    private readonly request: GateRequest,
    private readonly runner: GateRunner,
    private readonly setting: CourseSetting,
  ) {}

  async warmUp(): Promise<void> {
    for (let i = 0; i < this.setting.warmup; i += 1) checkWarmup('new', this.request.new, await this.run());
  }

  /** @returns its values; undefined for one that does not count */
  async next(): Promise<readonly number[] | undefined> {
    this.#run += 1;
    const found = await this.run();
    if (found.failure === undefined) return values(found);
    this.invalid.push({ pair: this.#run, command: 'new', failure: found.failure });
    if (this.invalid.length > Math.max(1, this.#run * MOST_INVALID))
      throw tooManyFailed(this.request.name, this.invalid, this.#run);
    return undefined;
  }

  private async run(): Promise<GateRun> {
    const { prepare, metrics } = this.request;
    if (prepare !== undefined) await runHook('--prepare', prepare);
    const found = await this.runner.run(this.request.new, undefined);
    if (found.isInterrupted) throw new GateInterrupted();
    checkScaled(metrics, found, this.setting.allowScaled);
    return found;
  }
}

const values = (run: GateRun | undefined): number[] => run?.values.map(({ value }) => value) ?? [];

/** What is known before anything runs: that a gate cannot fail. */
function tooFew(metrics: number, pairs: number): string[] {
  return fewerThan(fewestPairs(metrics), `${pairs} pairs`, metrics, pairs);
}

/** The same of runs that are compared with so many stored ones. */
export function tooFewRuns(metrics: number, runs: number, stored: number): string[] {
  return fewerThan(fewestRuns(metrics, stored), `${runs} runs beside ${stored} stored ones`, metrics, runs);
}

/** Tells what is known of a gate before it runs. */
export function warnBeforehand({ name }: GateRequest, lines: readonly string[]): void {
  for (const line of lines) complain(`# ${name}: ${line}`);
}

function fewerThan(fewest: number, what: string, metrics: number, found: number): string[] {
  if (found >= fewest) return [];
  return [
    `${what} are too few to find a regression of what varies, however large: with ${metrics} ` +
      `metric${metrics === 1 ? '' : 's'} it takes ${fewest}`,
  ];
}

/** Counts that were scaled up are no counts, unless that was asked for. */
function checkScaled(metrics: readonly GateMetric[], { values }: GateRun, isAllowed: boolean): void {
  for (const [i, { running }] of values.entries()) {
    if (running >= (isAllowed ? LEAST_RUNNING : 1)) continue;
    throw new SyswideError('GATE_FAILED', {
      what: `${metrics[i]?.name} cannot be gated`,
      why: `it was counted for ${Math.round(running * 100)} % of the time only, as events took turns`,
      remedy: isAllowed ? 'gate fewer events at once' : 'gate fewer events at once, or add --allow-scaled',
    });
  }
}

function checkWarmup(which: 'base' | 'new', command: readonly string[], { failure }: GateRun): void {
  if (failure === undefined) return;
  throw new SyswideError('GATE_FAILED', {
    what: `the ${which === 'base' ? 'base' : 'new'} command failed: ${command.join(' ')}`,
    why: failure,
    remedy: 'run it by itself to see why; --show-output shows what it prints',
  });
}

const tooManyFailed = (name: string, invalid: readonly InvalidPair[], pairs: number): SyswideError =>
  new SyswideError('GATE_FAILED', {
    what: `${name}: ${invalid.length} of ${pairs} pairs failed`,
    why: invalid
      .slice(0, 3)
      .map(({ pair, command, failure }) => `pair ${pair}, ${command}: ${failure}`)
      .join('; '),
    remedy: 'mend the command first: no verdict is made of what is left',
  });
