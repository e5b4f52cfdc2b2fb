import type { Count } from '../counts/event-count';
import { relativeError, sampleOf } from '../counts/sample';
import type { RowSource } from './stat-rows';

/**
 * How far the mean of several runs may be off, in percent: 0 for what no run counted, as perf has it. Of what is not
 * known, as only some runs counted all of its parts: `unknown`. Undefined where there is no mean.
 */
export function varianceOf({ samples, status }: Count, { runs }: RowSource): string | undefined {
  if (samples) return relativeError(sampleOf(samples.map(Number))).toFixed(2);
  if (!runs) return undefined;
  return status === 'counted' ? 'unknown' : '0.00';
}
