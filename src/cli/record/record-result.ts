import type { Cpu } from '../../base/units';
import type { RecordResult } from '../../recording/record';

/** What a recording came to, for a person: one line, and one for everything that is not as it should be. */
export function resultLines(path: string, result: RecordResult, verbose: boolean): string[] {
  const { samples, bytes, lost, throttled, premature, ringBytes, notices } = result;
  const count = samples === 1 ? '1 sample' : `${samples} samples`;
  return [
    ...notices.map((notice) => `# ${notice}`),
    ...perCpu(lost, (cpu, records) => `# lost on cpu${cpu}: ${records} records, for which its ring had no room`),
    ...perCpu(throttled, (cpu, times) => `# throttled on cpu${cpu}: ${times} times, for too many samples at once`),
    ...(premature > 0 ? [`# premature: ${premature} left out, as not all CPUs were sampled yet`] : []),
    ...hotplugLines(result),
    ...(verbose ? [`# a ring of ${ringBytes / 1024} KiB for each CPU`] : []),
    `# ${count} in ${path}, ${(bytes / 2 ** 20).toFixed(2)} MiB; ${lost.size === 0 ? 'none' : 'some were'} lost`,
  ];
}

const perCpu = <T>(counts: ReadonlyMap<Cpu, T>, line: (cpu: Cpu, count: T) => string): string[] =>
  [...counts].sort(([a], [b]) => a - b).map(([cpu, count]) => line(cpu, count));

function hotplugLines({ hotplug }: RecordResult): string[] {
  return (hotplug?.happenings ?? []).map(({ cpu, kind, uncovered, error }) => {
    if (error) return `# cpu${cpu} came online and could not be sampled: ${error.why}`;
    const late = uncovered === undefined ? '' : `, sampled after ${(Number(uncovered) / 1e6).toFixed(1)} ms`;
    return `# cpu${cpu} ${kind === 'online' ? `came online${late}` : 'went offline'}`;
  });
}
