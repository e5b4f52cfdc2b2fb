import { SyswideError } from '../../base/error';
import type { ResolvedEvent } from '../../events/resolved-event';
import { CpuMask } from '../../host/cpu-mask';
import type { Host } from '../../host/host';
import { countsCpus, type StatTarget } from './stat-target-option';

/**
 * Refuses events that cannot be counted where they are asked for: the kernel would say EINVAL, or nothing and count 0.
 * @throws SyswideError NOT_SUPPORTED, NO_SUCH_CPU
 */
export function checkTarget(events: readonly ResolvedEvent[], target: StatTarget, host: Host): void {
  const cpuOnly = events.find((event) => event.countsCpusOnly);
  if (cpuOnly && !countsCpus(target)) throw countsNoTasks(cpuOnly);
  const counted = target.kind === 'cpus' ? CpuMask.parse(target.list) : host.cpus().possible;
  for (const event of events) {
    if (event.cpus?.intersect(counted).isEmpty) throw elsewhere(event, event.cpus, counted);
  }
}

const countsNoTasks = ({ name, pmu }: ResolvedEvent): SyswideError =>
  new SyswideError('NOT_SUPPORTED', {
    what: `cannot count ${name} in a task`,
    why: `${pmu === undefined ? 'its PMU' : pmu} counts for whole CPUs, whoever runs on them`,
    remedy: 'add -a, or -C with a CPU list',
  });

const elsewhere = ({ name }: ResolvedEvent, cpus: CpuMask, counted: CpuMask): SyswideError =>
  new SyswideError('NO_SUCH_CPU', {
    what: `cannot count ${name} on CPU ${counted}`,
    why: `it can be counted on CPU ${cpus} only`,
    remedy: `count that CPU, with -C ${cpus}, or all with -a`,
  });

/** What the reader must know of these events to read their counts right. */
export function eventNotices(events: readonly ResolvedEvent[], systemWide: boolean): string[] {
  const names = (fits: (event: ResolvedEvent) => boolean): string =>
    events
      .filter(fits)
      .map(({ name }) => name)
      .join(', ');
  const regrouped = names((event) => event.regrouped === true);
  const probes = systemWide ? '' : names((event) => event.kind === 'probe');
  return [
    ...(regrouped === '' ? [] : [`counted PMU by PMU, as no group can span several: ${regrouped}`]),
    ...(probes === ''
      ? []
      : [`the kernel does not hand probes on to threads and processes started later; -a counts in all: ${probes}`]),
  ];
}
