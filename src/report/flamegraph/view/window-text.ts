import { secondsText } from './heat';

/** The options of `syswide report` for a part of the map; times in ns of the recording's clock, -1 for CPUs that are not told. */
export function windowText(from: number, to: number, cpus: readonly number[]): string {
  const time = `--time ${secondsText(from)},${secondsText(to)}`;
  return cpus.some((cpu) => cpu < 0) ? time : `${time} --cpu ${cpus.join(',')}`;
}

/** How many CPUs a recording is of. */
export function cpusText(cpus: readonly number[]): string {
  if (cpus.some((cpu) => cpu < 0)) return 'CPUs not told';
  return cpus.length === 1 ? '1 CPU' : `${cpus.length} CPUs`;
}
