import { present } from '../../base/assert';
import type { Host } from '../../host/host';
import type { Kernel } from '../../native/kernel';
import type { ListEntry } from '../../report/list-entry';
import { EventProbe } from './list-probe';
import type { FoundGroup } from './list-search';

/**
 * The most tracepoints that are all opened. When one that nobody else uses is closed, the kernel waits until no CPU can
 * still be in it: some 40 ms each, one after the other, so thousands take minutes.
 * Source: perf_trace_event_unreg() in kernel/trace/trace_event_perf.c.
 */
const MOST_TRACEPOINTS = 64;

/** The groups with whether their events can be counted, as the caller goes. */
export function* probedGroups(found: Iterable<FoundGroup>, kernel: Kernel, host: Host): Generator<FoundGroup> {
  // All names are known before the first event is opened: how many there are decides.
  const groups = [...found];
  const probe = new EventProbe(kernel, host);
  const tracepoints = groups.reduce((sum, group) => sum + (isTracepoints(group) ? group.entries.length : 0), 0);
  for (const group of groups) {
    const opensEach = tracepoints <= MOST_TRACEPOINTS || !isTracepoints(group);
    yield { ...group, entries: opensEach ? each(group.entries, probe) : oneForAll(group.entries, probe) };
  }
}

const isTracepoints = ({ entries: [first] }: FoundGroup): boolean => first?.event.kind === 'tracepoint';

function each(entries: readonly ListEntry[], probe: EventProbe): ListEntry[] {
  const outcomes = probe.outcomes(entries.map(({ event }) => event));
  return entries.map((entry, i) => ({ ...entry, ...(outcomes[i] ? { probe: outcomes[i] } : {}) }));
}

/** Opens them one by one up to the first that can be counted. The rest can too, as far as the kernel's rules go. */
function oneForAll(entries: readonly ListEntry[], probe: EventProbe): ListEntry[] {
  const probed: ListEntry[] = [];
  for (const [i, entry] of entries.entries()) {
    const [one] = each([entry], probe);
    probed.push(present(one, 'one entry each'));
    if (!one?.probe?.countable) continue;
    const alike = { countable: true, reason: `as ${entry.event.name} can, which was opened`, inferred: true as const };
    return [...probed, ...entries.slice(i + 1).map((rest) => ({ ...rest, probe: alike }))];
  }
  return probed;
}
