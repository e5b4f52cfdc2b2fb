/** What is compared. */
export interface GateMetric {
  /** As it was asked for: `time`, `user`, `page-faults`. */
  readonly name: string;
  /** How values are shown: seconds, bytes, or numbers. */
  readonly unit: 's' | 'B' | '';
  /** The new one may take so much more and passes: 0.02 for 2 %. */
  readonly threshold: number;
  /** What is smaller is no regression, however sure it is. */
  readonly leastEffect: number;
}

/** One metric of one run. */
export interface MetricValue {
  readonly value: number;
  /** For how much of the time it was counted, from 0 to 1: less than 1 for events that took turns. */
  readonly running: number;
}

/** The default thresholds, and least effects, of what varies by itself and of what is counted. */
const [TIME_THRESHOLD, COUNT_THRESHOLD] = [0.02, 0.01];
const [TIME_EFFECT, COUNT_EFFECT] = [0.01, 0.002];

/** Metrics that are no events. */
export const usageMetrics = ['time', 'user', 'sys', 'maxrss'] as const;
export type UsageMetric = (typeof usageMetrics)[number];

export const isUsageMetric = (name: string): name is UsageMetric => (usageMetrics as readonly string[]).includes(name);

/** @param threshold undefined for the default of its kind */
export function gateMetric(name: string, threshold: number | undefined, isTime = false): GateMetric {
  const varies = isTime || isUsageMetric(name);
  const [usual, least] = varies ? [TIME_THRESHOLD, TIME_EFFECT] : [COUNT_THRESHOLD, COUNT_EFFECT];
  const bar = threshold ?? usual;
  return {
    name,
    unit: name === 'maxrss' ? 'B' : varies ? 's' : '',
    threshold: bar,
    // Between a bar below the least effect and that effect, there would be no verdict however sure a change was.
    leastEffect: Math.min(bar, least),
  };
}
