/** A stretch of an event or filter text: `source.slice(from, to)`. Offsets count UTF-16 units, as `String` does. */
export interface Place {
  readonly source: string;
  readonly from: number;
  readonly to: number;
}

export const textAt = (place: Place): string => place.source.slice(place.from, place.to);

/** The smallest place that covers both; they must lie in the same text. */
export const span = (first: Place, last: Place): Place => ({ source: first.source, from: first.from, to: last.to });
