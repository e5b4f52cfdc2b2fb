import { visible } from '../../base/safe-text';
import type { FileFacts } from '../../perfdata/recorded-facts';

/** What a file says of its making, in perf's words and order. */
export function headerText(facts: FileFacts, recordedAt: Date): string {
  const memory = facts.totalMemoryKib;
  const lines: [string, string | undefined][] = [
    ['captured on   ', ctime(recordedAt)],
    ['hostname', facts.hostname],
    ['os release', facts.osRelease],
    ['perf version', facts.version],
    ['arch', facts.arch],
    ['nrcpus online', facts.cpusOnline?.toString()],
    ['nrcpus avail', facts.cpusPresent?.toString()],
    ['cpudesc', facts.cpuDescription],
    ['cpuid', facts.cpuId],
    ['total memory', memory === undefined ? undefined : `${memory} kB`],
    ['cmdline', facts.commandLine?.join(' ')],
    ...sampleTime(facts),
  ];
  const shown = lines.flatMap(([name, value]) => (value === undefined ? [] : [`# ${name} : ${visible(value)}`]));
  return ['# ========', ...shown, '# ========', '#', ''].join('\n');
}

function sampleTime({ sampleTime: times }: FileFacts): [string, string][] {
  if (!times) return [];
  const seconds = (time: bigint): string => (Number(time / 1000n) / 1e6).toFixed(6);
  return [
    ['time of first sample', seconds(times.first)],
    ['time of last sample', seconds(times.last)],
    ['sample duration', `${(Number(times.last - times.first) / 1e6).toFixed(3).padStart(10)} ms`],
  ];
}

/** As ctime(3) writes it: `Sat Nov 28 21:42:37 2026`, here and now. */
function ctime(date: Date): string {
  const [weekday = '', month = '', , year = '', time = ''] = date.toString().split(' ');
  return `${weekday} ${month} ${String(date.getDate()).padStart(2)} ${time} ${year}`;
}
