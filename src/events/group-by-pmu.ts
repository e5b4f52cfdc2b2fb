import type { Draft } from './draft';
import type { SingleSpec } from './event-spec';

/** PMUs whose events the kernel schedules with any other. Source: perf_pmu__is_software() in tools/perf/util/pmu.c. */
const softwarePmus: readonly string[] = ['software', 'tracepoint', 'breakpoint', 'msr', 'uprobe', 'kprobe'];
const softwareKinds: readonly Draft['kind'][] = ['software', 'tracepoint', 'breakpoint', 'probe', 'tool'];

/**
 * Splits a group's events by PMU, since the kernel schedules only events of one PMU together; software events stay with
 * those of the leader's PMU. The parts are sorted by PMU, events within keep their order.
 * Source: parse_events__sort_events_and_fix_groups() in tools/perf/util/parse-events.c, Linux 6.17.
 */
export function groupByPmu<T extends { readonly draft: Draft }>(members: readonly T[]): T[][] {
  const home = members.map(pmuOf).find((pmu) => pmu !== undefined) ?? '';
  const parts = new Map<string, T[]>();
  for (const member of members) {
    const pmu = pmuOf(member) ?? home;
    const part = parts.get(pmu);
    if (part) part.push(member);
    else parts.set(pmu, [member]);
  }
  return [...parts].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, part]) => part);
}

/**
 * Whether the parts break up what was written as one group: then some event is missing in some part. Where each event
 * stands for the same PMUs, every part is a group as written.
 */
export function isRegrouped(
  parts: readonly (readonly { readonly draft: Draft; readonly spec: SingleSpec }[])[],
): boolean {
  const hardware = parts.map(
    (part) => new Set(part.filter((member) => pmuOf(member) !== undefined).map(({ spec }) => spec)),
  );
  const all = new Set(hardware.flatMap((specs) => [...specs]));
  return hardware.some((specs) => specs.size < all.size);
}

/** Undefined for software. Hardware events without a PMU of their own belong to the one core PMU. */
function pmuOf({ draft }: { readonly draft: Draft }): string | undefined {
  if (softwareKinds.includes(draft.kind)) return undefined;
  if (draft.pmu !== undefined) return softwarePmus.includes(draft.pmu) ? undefined : draft.pmu;
  return 'cpu';
}
