import type { Gang } from '../gang/gang';
import type { Reading } from '../gang/reading';
import { aggregate, type EventCount } from './event-count';
import type { MeasureRequest } from './measure-request';
import { mergedCounts } from './merged-counts';
import { withoutOwn } from './own-cost';
import { type ToolTimes, withToolCounts } from './tool-counts';

/**
 * What readings of a gang mean to whoever asked: one count per event, tool events included, events of one text merged,
 * and without what syswide added, where that is wanted.
 * @param own what syswide added, by event of the gang; absent where that is not known
 */
export function countsOf(
  gang: Gang,
  readings: readonly Reading[],
  times: ToolTimes,
  { excludeOwn, scale }: Pick<MeasureRequest, 'excludeOwn' | 'scale'>,
  own: readonly EventCount[] | undefined,
): EventCount[] {
  const counts = withToolCounts(aggregate(gang.events, readings, gang.missing, { scale }), times);
  return mergedCounts(own && excludeOwn ? withoutOwn(counts, own) : counts);
}
