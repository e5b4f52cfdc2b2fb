import { secondsText } from './heat';

/** The options of `syswide report` for a part of the map; times in ns of the recording's clock, -1 for CPUs that are not told. */
export function windowText(from: number, to: number, cpus: readonly number[]): string {
  const time = `--time ${secondsText(from)},${secondsText(to)}`;
  return cpus.some((cpu) => cpu < 0) ? time : `${time} --cpu ${cpuList(cpus)}`;
}

/**
 * A time as it can be told, in ns since the start: of clocks that count from 1970, times are no finer than 256 ns here and in
 * report, and both are to take the same samples.
 */
export const toldTime = (time: number, start: number): number => start + time - start;

/** In order, as the kernel lists them, but for two CPUs beside each other: `0-3,6,7`. */
function cpuList(cpus: readonly number[]): string {
  const spans: [first: number, last: number][] = [];
  for (const cpu of cpus) {
    const span = spans.at(-1);
    if (span && cpu === span[1] + 1) span[1] = cpu;
    else spans.push([cpu, cpu]);
  }
  return spans
    .map(([first, last]) => (first === last ? `${first}` : `${first}${last === first + 1 ? ',' : '-'}${last}`))
    .join(',');
}

/** How many CPUs a recording is of. */
export function cpusText(cpus: readonly number[]): string {
  if (cpus.some((cpu) => cpu < 0)) return 'CPUs not told';
  return cpus.length === 1 ? '1 CPU' : `${cpus.length} CPUs`;
}
