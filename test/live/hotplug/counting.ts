import { PerfType } from '../../../src/abi/perf-event';
import type { ResolvedEvent } from '../../../src/events/resolved-event';
import { LiveGang } from '../../../src/gang/live-gang';
import type { Target } from '../../../src/gang/target';
import { LocalHost } from '../../../src/host/host';
import type { HotplugSource } from '../../../src/host/hotplug/hotplug-source';
import { hotpluggable, openHotplugSource } from '../../../src/host/hotplug/open-source';
import { kernel } from '../native/machine';

export const host = new LocalHost(kernel);

/** `raw_syscalls:sys_enter` for one call, and if it is given for one thread; source: syscall_64.tbl. */
export function systemCall(name: 'getppid' | 'getpid', tid?: number, more: Partial<ResolvedEvent> = {}): ResolvedEvent {
  const id = host.tracefs().format({ system: 'raw_syscalls', event: 'sys_enter' })?.id;
  if (id === undefined) throw new Error('there is no raw_syscalls:sys_enter here');
  const number = { x64: { getppid: 110, getpid: 39 }, arm64: { getppid: 173, getpid: 172 } }[process.arch as 'x64'][
    name
  ];
  return {
    name,
    kind: 'tracepoint',
    attr: { type: PerfType.tracepoint, config: BigInt(id), samplePeriod: 1n },
    scale: 1,
    unit: '',
    filter: `id == ${number}${tid === undefined ? '' : ` && common_pid == ${tid}`}`,
    ...more,
  };
}

/** A live gang with the best source of hotplug notices there is, or another. */
export function openLive(
  events: readonly ResolvedEvent[],
  target: Target,
  openSource: () => HotplugSource = () =>
    openHotplugSource(kernel, host, hotpluggable(host.files, host.cpus().possible)),
): { live: LiveGang; source: HotplugSource } {
  const source = openSource();
  const live = LiveGang.open(kernel, {
    events,
    target,
    files: host.files,
    ...(target.cpus === undefined ? {} : { hotplug: { source, wanted: host.cpus().possible } }),
    mayMiss: () => false,
    placesMayGo: true,
    context: { permission: () => ({ why: '', remedy: '' }), fdLimit: () => undefined },
  });
  return { live, source };
}

/** The counts of an event by CPU; those of clones that are not bound to one under `undefined`. */
export function countsOf({ gang }: LiveGang, event: number): Map<number | undefined, bigint> {
  const counts = new Map<number | undefined, bigint>();
  for (const reading of gang.read().readings) {
    if (reading.event !== event) continue;
    counts.set(reading.place.cpu, (counts.get(reading.place.cpu) ?? 0n) + reading.counts.value);
  }
  return counts;
}

export const sum = (counts: ReadonlyMap<unknown, bigint>): bigint => [...counts.values()].reduce((a, b) => a + b, 0n);
