import { recordNames } from '../record-names';

/** How many records of each type there are, by type. */
export function statsText(records: ReadonlyMap<number, number>): string {
  const total = [...records.values()].reduce((sum, count) => sum + count, 0);
  const line = (name: string, count: number): string => `${name.padStart(16)} events: ${String(count).padStart(10)}`;
  const each = [...records]
    .sort(([a], [b]) => a - b)
    .map(([type, count]) => {
      const share = ((count * 100) / total).toFixed(1).padStart(4);
      return `${line(recordNames[type] ?? `type ${type}`, count)}  (${share}%)`;
    });
  return ['', 'Aggregated stats:', line('TOTAL', total), ...each, ''].join('\n');
}
