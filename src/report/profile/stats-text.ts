import { visible } from '../../base/safe-text';
import type { EventCounts } from '../../profile/event-counts';
import { recordNames } from '../record-names';
import { oneDigit } from './percent';

/** An event of a recording, and what there is of it. */
export interface CountedEvent extends EventCounts {
  readonly name: string;
}

/** How many records of each type there are, by type, and what there is of each event: of which there is nothing is left out. */
export function statsText(records: ReadonlyMap<number, number>, events: readonly CountedEvent[]): string {
  const total = [...records.values()].reduce((sum, count) => sum + count, 0);
  const each = [...records]
    .sort(([a], [b]) => a - b)
    .map(([type, count]) => {
      const share = oneDigit((count * 100) / total).padStart(4);
      return `${line(recordNames[type] ?? `type ${type}`, count)}  (${share}%)`;
    });
  return ['', 'Aggregated stats:', line('TOTAL', total), ...each, ...events.flatMap(eventLines), ''].join('\n');
}

function eventLines({ name, samples, lost }: CountedEvent): string[] {
  const counts = [
    ...(samples > 0 ? [line('SAMPLE', samples)] : []),
    ...(lost > 0n ? [line('LOST_SAMPLES', lost)] : []),
  ];
  return counts.length > 0 ? [`${visible(name)} stats:`, ...counts] : [];
}

const line = (name: string, count: number | bigint): string =>
  `${name.padStart(16)} events: ${String(count).padStart(10)}`;
