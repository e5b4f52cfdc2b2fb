import { SyswideError } from '../../base/error';
import { jsonText, visible } from '../../base/safe-text';
import {
  type Baseline,
  differencesBetween,
  type Fingerprint,
  isBaseline,
  type NoiseFloor,
  noiseFloorOf,
} from '../../gate/baseline';
import { GateCourse } from '../../gate/course';
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
    file.write(documentOf(request, values, host));
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
  compare: () => Promise<GateOutcome>,
  host: Host,
): Promise<GateOutcome> {
  const file = resultFile(path, 'whole');
  try {
    const outcome = await compare();
    const values = outcome.values.map(({ base }) => base);
    file.write(documentOf(request, values, host, noiseFloorOf(outcome.assessments)));
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
  noiseFloor?: readonly NoiseFloor[],
): string {
  const baseline: Baseline = {
    schema: 'syswide.gate/1',
    kind: 'baseline',
    created: new Date().toISOString(),
    name,
    command,
    fingerprint: fingerprintOf(host),
    metrics: metrics.map((metric, i) => ({ name: metric.name, unit: metric.unit, values: values[i] ?? [] })),
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
  const differences = differencesBetween(baseline.fingerprint, fingerprintOf(host));
  const stored = request.metrics.map(({ name }) => {
    const found = baseline.metrics.find((metric) => metric.name === name);
    if (found) return found.values;
    throw new SyswideError('GATE_FAILED', {
      what: `${path} has no ${name}`,
      why: `it was stored with ${baseline.metrics.map((metric) => metric.name).join(', ')}`,
      remedy: 'gate one of these, or store it anew',
    });
  });
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
    notices: [
      ...differences.map((difference) => `this is another machine than the baseline is of: ${difference}`),
      ...warnings,
      ...floorTexts(baseline),
      WEAKER,
    ],
  };
}

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
