import type { Host } from '../../host/host';
import type { Pmu } from '../../host/pmu';
import type { ListedEvent, ListedGroup } from './listed-event';

/** What can be written for events that have no name yet: raw numbers, PMU terms, breakpoints, probes. */
export function patternGroups({ pmus }: Pick<Host, 'pmus'>): ListedGroup[] {
  const probes = probePatterns.filter(({ pmu }) => pmus.get(pmu));
  return [
    {
      title: 'raw events',
      events: [...(pmus.hasHardwarePmu() ? [rawNumber] : []), anyType, ...termPatterns([...pmus])],
    },
    ...(pmus.get('breakpoint') ? [{ title: 'breakpoints', events: breakpointPatterns }] : []),
    ...(probes.length > 0 ? [{ title: 'probes, without set-up', events: probes }] : []),
  ];
}

const rawNumber: ListedEvent = {
  name: 'rNNN',
  kind: 'raw',
  isPattern: true,
  description: 'the core PMU, its config in hexadecimal',
};

const anyType: ListedEvent = {
  name: 'TYPE:CONFIG',
  kind: 'raw',
  isPattern: true,
  description: 'the two numbers of perf_event_attr',
};

/** Those that the patterns below say more clearly. */
const hasOwnPattern = new Set(['uprobe', 'kprobe']);

const termPatterns = (pmus: readonly Pmu[]): ListedEvent[] =>
  pmus
    .filter((pmu) => pmu.formats.size > 0 && !hasOwnPattern.has(pmu.name))
    .map((pmu) => ({
      name: `${pmu.name}/TERM=VALUE,…/`,
      kind: 'raw',
      pmu: pmu.name,
      isPattern: true,
      description: `terms: ${[...pmu.formats.keys()].join(', ')}`,
    }));

const breakpoint = (name: string, description: string): ListedEvent => ({
  name,
  kind: 'breakpoint',
  pmu: 'breakpoint',
  isPattern: true,
  description,
});

const breakpointPatterns: readonly ListedEvent[] = [
  breakpoint('mem:0xADDRESS[/LENGTH][:rwx]', 'accesses to an address: read, written, executed; takes a debug register'),
  breakpoint('mem:SYMBOL[+OFFSET][/LENGTH][:rwx]', 'the same of a symbol of the kernel'),
  breakpoint('mem:SYMBOL[+OFFSET]@FILE[/LENGTH][:rwx]', 'the same of a symbol of a program or library'),
];

const probe = (pmu: 'uprobe' | 'kprobe', name: string, description: string) =>
  ({ name, kind: 'probe', pmu, isPattern: true, description }) as const;

const probePatterns = [
  probe('uprobe', 'uprobe:FILE:SYMBOL[+OFFSET]', 'calls of a function of a program or library'),
  probe('uprobe', 'uretprobe:FILE:SYMBOL', 'returns from it'),
  probe('kprobe', 'kprobe:SYMBOL[+OFFSET]', 'calls of a function of the kernel'),
  probe('kprobe', 'kretprobe:SYMBOL', 'returns from it'),
] as const;
