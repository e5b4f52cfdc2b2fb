import type { Reading } from '../gang/reading';
import { aggregate, type EventCount } from './event-count';
import type { MeasureRequest } from './measure-request';
import { mergedCounts } from './merged-counts';
import { withoutOwn } from './own-cost';
import { type GangEvents, type Sums, summedCounts } from './summed-counts';
import { type ToolTimes, withToolCounts } from './tool-counts';

/** What a gang counted, place by place; and summed up, where nothing has to be scaled. */
export interface GangCounts {
  readonly readings: () => readonly Reading[];
  readonly sums?: Sums | undefined;
}

/**
 * What a gang counted means to whoever asked: one count per event, tool events included, events of one text merged, and
 * without what syswide added, where that is wanted.
 * @param own what syswide added, by event of the gang; absent where that is not known
 */
export function countsOf(
  { events, missing }: GangEvents,
  { readings, sums }: GangCounts,
  times: ToolTimes,
  { excludeOwn, scale }: Pick<MeasureRequest, 'excludeOwn' | 'scale'>,
  own: readonly EventCount[] | undefined,
): EventCount[] {
  const byPlace = () => aggregate(events, readings(), missing, { scale });
  const counts = withToolCounts(sums ? summedCounts(sums, byPlace) : byPlace(), times);
  return mergedCounts(own && excludeOwn ? withoutOwn(counts, own) : counts);
}
