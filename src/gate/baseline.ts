import type { GateMetric } from './metric';
import type { Assessment } from './verdict';

/** What a machine has to have in common with the one that a baseline is of. */
export interface Fingerprint {
  readonly cpuModel: string;
  readonly kernel: string;
  /** Of the first CPU; empty where there is none. */
  readonly governor: string;
  /** CPUs that are online: `0-3`. */
  readonly online: string;
  readonly syswide: string;
}

/** What a command took, to be compared with later: docs/schema/syswide.gate-1.json. */
export interface Baseline {
  readonly schema: 'syswide.gate/1';
  readonly kind: 'baseline';
  readonly created: string;
  readonly name: string;
  readonly command: readonly string[];
  readonly fingerprint: Fingerprint;
  readonly metrics: readonly StoredMetric[];
  /** With `--calibrate`: how far the command varied when it was compared with itself. */
  readonly noiseFloor?: readonly NoiseFloor[];
}

/** What it took of one metric. */
export interface StoredMetric {
  readonly name: string;
  readonly unit: GateMetric['unit'];
  /** The event as it was really counted, as `page-faults:u`; absent for what is none, and in early baselines. */
  readonly event?: string;
  readonly values: readonly number[];
}

/** How small a change of a metric a gate could see, when there was none. */
export interface NoiseFloor {
  readonly name: string;
  /** null where it could see none. */
  readonly detectablePercent: number | null;
}

/** The noise floor of a comparison of a command with itself. */
export const noiseFloorOf = (assessments: readonly Assessment[]): NoiseFloor[] =>
  assessments.map(({ metric, detectable }) => ({
    name: metric.name,
    detectablePercent: Number.isFinite(detectable) ? Number((Math.expm1(detectable) * 100).toFixed(4)) : null,
  }));

/** In which respects a machine is another one than a baseline is of. */
export function differencesBetween(stored: Fingerprint, now: Fingerprint): string[] {
  return (Object.keys(now) as (keyof Fingerprint)[])
    .filter((key) => stored[key] !== now[key])
    .map((key) => `${key}: '${stored[key]}' then, '${now[key]}' now`);
}

/** Whether a document is a baseline: it may come from anybody. */
export function isBaseline(document: unknown): document is Baseline {
  if (!isRecord(document) || document.schema !== 'syswide.gate/1' || document.kind !== 'baseline') return false;
  const { name, command, fingerprint, metrics, noiseFloor = [] } = document;
  return (
    typeof name === 'string' &&
    isTexts(command) &&
    isRecord(fingerprint) &&
    ['cpuModel', 'kernel', 'governor', 'online', 'syswide'].every((key) => typeof fingerprint[key] === 'string') &&
    Array.isArray(metrics) &&
    metrics.length > 0 &&
    metrics.every(isStoredMetric) &&
    new Set(metrics.map((metric) => metric.name)).size === metrics.length &&
    Array.isArray(noiseFloor) &&
    noiseFloor.every(isNoiseFloor)
  );
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((one) => typeof one === 'string');

const isNoiseFloor = (floor: unknown): boolean =>
  isRecord(floor) &&
  typeof floor.name === 'string' &&
  (floor.detectablePercent === null || Number.isFinite(floor.detectablePercent));

/** As many as a gate may take, and no fewer than say something. */
const [FEWEST, MOST] = [3, 50];

const isStoredMetric = (metric: unknown): boolean =>
  isRecord(metric) &&
  typeof metric.name === 'string' &&
  units.includes(metric.unit) &&
  ['string', 'undefined'].includes(typeof metric.event) &&
  Array.isArray(metric.values) &&
  metric.values.length >= FEWEST &&
  metric.values.length <= MOST &&
  metric.values.every(isStoredValue);

const units: readonly unknown[] = ['s', 'B', ''];

/** From a ps, in seconds, to more than a 64-bit counter has: what is beyond has no place in a logarithm. */
const [LEAST, GREATEST] = [1e-12, 1e24];

const isStoredValue = (value: unknown): boolean =>
  value === 0 || (typeof value === 'number' && value >= LEAST && value <= GREATEST);
