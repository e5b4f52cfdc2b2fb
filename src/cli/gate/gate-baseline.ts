import { SyswideError } from '../../base/error';
import { given } from '../../base/given';
import { jsonText, visible } from '../../base/safe-text';
import {
  type Baseline,
  differencesBetween,
  type Fingerprint,
  isBaseline,
  type NoiseFloor,
  noiseFloorOf,
  type StoredMetric,
} from '../../gate/baseline';
import { GateCourse } from '../../gate/course';
import type { GateMetric } from '../../gate/metric';
import type { GateOutcome, InvalidPair } from '../../gate/outcome';
import { overall } from '../../gate/verdict';
import { describeHost } from '../../host/description';
import type { Host } from '../../host/host';
import { FileRefusal, readRegular } from '../../host/regular-file';
import { resultFile } from '../result-file';
import { version } from '../version';
import { betweenHooks, type CourseSetting, RunSeries, tooFewRuns, warnBeforehand } from './gate-course';
import type { GateRequest } from './gate-request';
import type { GateRunner } from './gate-run';

/** Said whenever a stored baseline is used. */
const WEAKER =
  'the base was measured at another time: a machine that was slower then or now looks like a change of the program; ' +
  'comparing both commands side by side (--base) does not have that weakness';

/**
 * Runs a command alone, and stores what it took.
 * @returns a line that says so
 * @throws SyswideError OUTPUT_FAILED, GATE_FAILED
 */
export async function saveBaseline(
  path: string,
  request: GateRequest,
  runner: GateRunner,
  setting: CourseSetting,
  host: Host,
): Promise<string> {
  const file = resultFile(path, 'whole');
  try {
    const series = new RunSeries(request, runner, setting);
    const runs: (readonly number[])[] = [];
    await betweenHooks(request, async () => {
      await series.warmUp();
      while (runs.length < request.pairs) {
        const values = await series.next();
        if (values) runs.push(values);
        setting.onPair(runs.length, request.pairs);
      }
    });
    const values = request.metrics.map((_, i) => runs.map((run) => run[i] ?? 0));
    file.write(documentOf(request, values, host, runner));
    file.done();
    return storedText(path, request.name, runs.length, series.invalid);
  } finally {
    file.close();
  }
}

const storedText = (path: string, name: string, runs: number, invalid: readonly InvalidPair[]): string =>
  [
    `${visible(name)}: ${runs} runs stored in ${visible(path)}`,
    ...invalid.map(({ pair, failure }) => `run ${pair} does not count: ${visible(failure)}`),
    '',
  ].join('\n');

/**
 * Compares a command with itself, and stores what it took and how far it varied. The file is made before that runs.
 * @throws SyswideError OUTPUT_FAILED, and whatever the comparison throws
 */
export async function saveCalibration(
  path: string,
  request: GateRequest,
  runner: GateRunner,
  compare: () => Promise<GateOutcome>,
  host: Host,
): Promise<GateOutcome> {
  const file = resultFile(path, 'whole');
  try {
    const outcome = await compare();
    const values = outcome.values.map(({ base }) => base);
    file.write(documentOf(request, values, host, runner, noiseFloorOf(outcome.assessments)));
    file.done();
    return outcome;
  } finally {
    file.close();
  }
}

/** @param values metric by metric */
function documentOf(
  { name, new: command, metrics }: GateRequest,
  values: readonly (readonly number[])[],
  host: Host,
  runner: GateRunner,
  noiseFloor?: readonly NoiseFloor[],
): string {
  const countedAs = runner.countedAs(command);
  const baseline: Baseline = {
    schema: 'syswide.gate/1',
    kind: 'baseline',
    created: new Date().toISOString(),
    name,
    command,
    fingerprint: fingerprintOf(host),
    metrics: metrics.map((metric, i) => ({
      name: metric.name,
      unit: metric.unit,
      ...given({ event: countedAs.get(metric.name) }),
      values: values[i] ?? [],
    })),
    ...(noiseFloor ? { noiseFloor } : {}),
  };
  return `${jsonText(baseline, 2)}\n`;
}

/** What a calibration found, in words. */
const floorTexts = ({ noiseFloor = [] }: Baseline): string[] =>
  noiseFloor.map(({ name, detectablePercent }) =>
    detectablePercent === null
      ? `when it was calibrated, no change of ${name} could be seen`
      : `when it was calibrated, changes of ${name} from ${detectablePercent.toFixed(2)} % on could be seen`,
  );

/**
 * Runs a command alone, and compares it with what is stored.
 * @throws SyswideError BAD_FILE, GATE_FAILED
 */
export async function againstBaseline(
  path: string,
  request: GateRequest,
  runner: GateRunner,
  setting: CourseSetting,
  host: Host,
): Promise<GateOutcome> {
  const baseline = readBaseline(path);
  const started = performance.now();
  const used = request.metrics.map((metric) => storedMetric(path, baseline, metric));
  const stored = used.map(({ values }) => values);
  const differences = [
    ...differencesBetween(baseline.fingerprint, fingerprintOf(host)).map(
      (difference) => `this is another machine than the baseline is of: ${difference}`,
    ),
    ...differentEvents(used, runner.countedAs(request.new)),
  ];
  const fewest = Math.min(...stored.map(({ length }) => length));
  const warnings = differences.length === 0 ? tooFewRuns(request.metrics.length, request.pairs, fewest) : [];
  warnBeforehand(request, warnings);
  const series = new RunSeries(request, runner, setting);
  const course = new GateCourse(request.metrics, request.pairs, stored);
  if (differences.length === 0) {
    await betweenHooks(request, async () => {
      await series.warmUp();
      while (!course.isOver) {
        const values = await series.next();
        if (values) course.add([], values);
        setting.onPair(course.pairs, request.pairs);
      }
    });
  }
  return {
    name: request.name,
    new: request.new,
    verdict: overall(course.assessments.map(({ verdict }) => verdict)),
    assessments: course.assessments,
    values: course.pairs > 0 ? request.metrics.map((_, i) => course.valuesOf(i)) : [],
    invalid: series.invalid,
    pairs: course.pairs,
    mostPairs: request.pairs,
    seed: setting.seed,
    seconds: (performance.now() - started) / 1000,
    notices: [...differences, ...warnings, ...floorTexts(baseline), WEAKER],
  };
}

/** @throws SyswideError GATE_FAILED where nothing was stored that can be compared */
function storedMetric(path: string, { metrics }: Baseline, { name, unit }: GateMetric): StoredMetric {
  const found = metrics.find((metric) => metric.name === name);
  if (found?.unit === unit) return found;
  throw new SyswideError('GATE_FAILED', {
    what: `${path} has no ${name}`,
    why: found
      ? `it was stored in another unit: '${found.unit}', not '${unit}'`
      : `it was stored with ${metrics.map((metric) => metric.name).join(', ')}`,
    remedy: 'gate one of these, or store it anew',
  });
}

/** What root counts and what another user may count of an event is not the same. Early baselines do not tell. */
const differentEvents = (stored: readonly StoredMetric[], now: ReadonlyMap<string, string>): string[] =>
  stored
    .filter(({ name, event }) => event !== undefined && now.has(name) && now.get(name) !== event)
    .map(
      ({ name, event }) =>
        `${name} is counted otherwise than for the baseline: '${event}' then, '${now.get(name)}' now`,
    );

function fingerprintOf(host: Host): Fingerprint {
  const { cpuModel, kernel } = describeHost(host);
  const governor = host.files.read('/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor')?.trim() ?? '';
  return { cpuModel, kernel, governor, online: host.cpus().online.toString(), syswide: version };
}

/** It may be large, but not that large. */
const LARGEST = 16 << 20;

function readBaseline(path: string): Baseline {
  let document: unknown;
  try {
    document = JSON.parse(readRegular(path, { link: 'own', largest: LARGEST }).toString('utf8'));
  } catch (error) {
    const { code = 'it is no JSON', message } = error as NodeJS.ErrnoException;
    throw badBaseline(path, error instanceof FileRefusal ? message : code, error);
  }
  if (isBaseline(document)) return document;
  throw badBaseline(path, 'it is no baseline of version 1', undefined);
}

const badBaseline = (path: string, why: string, cause: unknown): SyswideError =>
  new SyswideError('BAD_FILE', {
    what: `${path} cannot be used`,
    why,
    remedy: 'make one with syswide gate --save-base FILE -- COMMAND',
    cause,
  });
