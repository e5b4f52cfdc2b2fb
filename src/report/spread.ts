import type { Cpu } from '../base/units';
import type { EventCount } from '../counts/event-count';

const levels = '▁▂▃▄▅▆▇█';

/**
 * Numbers in a row as bars, one each, the highest scaled to full height. Neighbours share a bar when there are more than
 * `most`.
 */
export function bars(values: readonly bigint[], most: number): string {
  const perBar = Math.ceil(values.length / Math.max(1, most));
  const heights: bigint[] = [];
  for (let i = 0; i < values.length; i += perBar) {
    const shared = values.slice(i, i + perBar);
    const sum = shared.reduce((whole, value) => whole + value, 0n);
    // The last bar may have fewer, and is not to look lower for that.
    heights.push((sum * BigInt(perBar)) / BigInt(shared.length));
  }
  let top = 0n;
  for (const height of heights) if (height > top) top = height;
  return heights.map((height) => level(height, top)).join('');
}

/** Nothing at all is the lowest bar; anything above it is at least the second. */
function level(bar: bigint, top: bigint): string {
  if (bar === 0n || top === 0n) return levels.charAt(0);
  const steps = BigInt(levels.length - 1);
  const height = (bar * steps + top - 1n) / top;
  return levels.charAt(Number(height));
}

/** The CPU with the highest count and its share of the total, in percent; undefined when nothing was counted. */
export function busiest(count: EventCount): { cpu: Cpu; percent: number } | undefined {
  let best: { cpu: Cpu; value: bigint } | undefined;
  for (const [cpu, { value }] of count.perCpu) {
    if (!best || value > best.value) best = { cpu, value };
  }
  if (!best || best.value === 0n || count.total.value === 0n) return undefined;
  return { cpu: best.cpu, percent: (100 * Number(best.value)) / Number(count.total.value) };
}
