import type { Cpu } from '../../base/units';
import type { RecordResult } from '../../recording/record';
import type { EndedFile } from '../../recording/record-request';
import type { RecordOptions } from './record-options';

/** What a recording came to, for a person: one line, and one for everything that is not as it should be. */
export function resultLines(result: RecordResult, options: RecordOptions): string[] {
  const {
    verbose,
    file: { overwrite },
  } = options;
  const { samples, files, file, bytes, lost, throttled, premature, ringBytes, notices } = result;
  const whyLost = overwrite ? 'while its ring was copied' : 'for which its ring had no room';
  return [
    ...notices.map((notice) => `# ${notice}`),
    ...perCpu(lost, (cpu, records) => `# lost on cpu${cpu}: ${records} records, ${whyLost}`),
    ...perCpu(throttled, (cpu, times) => `# throttled on cpu${cpu}: ${times} times, for too many samples at once`),
    ...(premature > 0 ? [`# premature: ${premature} left out, as not all CPUs were sampled yet`] : []),
    ...ownLine(result, options),
    ...hotplugLines(result),
    ...(verbose ? [`# a ring of ${ringBytes / 1024} KiB for each CPU`] : []),
    ...(file ? [fileLine(file)] : []),
    ...(files > 1 ? [`# ${countOf(samples)} in all ${files} files, ${sizeOf(bytes)}`] : []),
  ];
}

/** What one file holds. */
export const fileLine = ({ path, samples, bytes, lost }: EndedFile): string =>
  `# ${countOf(samples)} in ${nameOf(path)}, ${sizeOf(bytes)}; ${lost.size === 0 ? 'none' : 'some were'} lost`;

const nameOf = (path: string): string => (path === '-' ? 'standard output' : path);
const countOf = (samples: number): string => (samples === 1 ? '1 sample' : `${samples} samples`);
const sizeOf = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(2)} MiB`;

const perCpu = <T>(counts: ReadonlyMap<Cpu, T>, line: (cpu: Cpu, count: T) => string): string[] =>
  [...counts].sort(([a], [b]) => a - b).map(([cpu, count]) => line(cpu, count));

/** What the recording holds of the recorder; with a remedy where there is one. */
function ownLine({ samples, own, hasTracepoints }: RecordResult, { excludeSelf }: RecordOptions): string[] {
  if (own === 0) return [];
  const share = ((100 * own) / samples).toFixed(1);
  const remedy = hasTracepoints && !excludeSelf ? '; --exclude-perf leaves those of tracepoints out' : '';
  return [`# syswide's own: ${countOf(own)} (${share} %)${remedy}`];
}

function hotplugLines({ hotplug }: RecordResult): string[] {
  return (hotplug?.happenings ?? []).map(({ cpu, kind, uncovered, error }) => {
    if (error) return `# cpu${cpu} came online and could not be sampled: ${error.why}`;
    const late = uncovered === undefined ? '' : `, sampled after ${(Number(uncovered) / 1e6).toFixed(1)} ms`;
    return `# cpu${cpu} ${kind === 'online' ? `came online${late}` : 'went offline'}`;
  });
}
