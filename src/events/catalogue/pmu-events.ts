import type { Host } from '../../host/host';
import type { Pmu, PmuAlias } from '../../host/pmu';
import type { ListedEvent, ListedGroup } from './listed-event';

/** The events that PMUs name in sysfs, PMU by PMU; those that name none are left out. */
export const pmuGroups = ({ pmus }: Pick<Host, 'pmus'>): ListedGroup[] =>
  [...pmus].flatMap((pmu) => {
    const events = [...pmu.aliases.values()].map((alias) => entryOf(pmu, alias));
    return events.length > 0 ? [{ title: `events of the PMU ${pmu.name}`, events }] : [];
  });

function entryOf(pmu: Pmu, alias: PmuAlias): ListedEvent {
  return { name: `${pmu.name}/${alias.name}/`, kind: 'pmu', pmu: pmu.name, description: describe(pmu, alias) };
}

/** sysfs has no words for an event, only what it is made of. */
function describe(pmu: Pmu, { terms, unit, scale, snapshot, perPackage }: PmuAlias): string {
  const cpus = pmu.isCore ? undefined : pmu.cpus;
  return [
    terms,
    ...(unit === '' ? [] : [`in ${unit}`]),
    ...(scale === 1 ? [] : [`a count times ${scale}`]),
    ...(snapshot ? ['a reading, not a sum'] : []),
    ...(perPackage ? ['one count per package'] : []),
    ...(cpus ? [`read on CPU ${cpus}`] : []),
  ].join('; ');
}
