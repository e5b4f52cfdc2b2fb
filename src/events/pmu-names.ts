import type { Pmu } from '../host/pmu';
import type { Pmus } from '../host/pmus';
import { isGlob, matchesGlob } from './glob';

const withoutUncore = (name: string): string => name.replace(/^uncore_/, '');

/**
 * The PMUs that a name in front of slashes means: the one of that name, else those that differ from it only by a
 * number at the end (`uncore_imc` or `imc` for `uncore_imc_0`, `uncore_imc_1`), else those a glob matches.
 * In the order of their numbers.
 * Source: perf_pmu__wildcard_match() in tools/perf/util/pmu.c, Linux 6.17.
 */
export function matchPmus(pmus: Pmus, typed: string): Pmu[] {
  // `imc_1` is one PMU, though `imc_10` differs from it by a number too; perf takes both.
  const exact = pmus.get(typed) ?? pmus.get(`uncore_${typed}`);
  if (exact) return [exact];
  const wanted = withoutUncore(typed);
  const found = [...pmus].filter(({ name }) => {
    const known = withoutUncore(name);
    return hasSuffixOf(known, wanted) || (isGlob(wanted) && matchesGlob(wanted, known));
  });
  return found.sort((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }));
}

/** Whether `name` is `wanted` with a number behind it; a hexadecimal one has three digits at least. */
function hasSuffixOf(name: string, wanted: string): boolean {
  if (!name.startsWith(wanted)) return false;
  const suffix = name.slice(wanted.length);
  return /^(?:_?[0-9]+|_?[0-9a-fA-F]{3,})?$/.test(suffix);
}

/** What PMUs of one kind have in common: `uncore_imc` for `uncore_imc_0`. Their counts are shown as one sum. */
export function familyOf(pmu: Pmu): string {
  if (pmu.isCore) return pmu.name;
  return pmu.name.replace(/_(?:[0-9]+|[0-9a-fA-F]{3,})$/, '');
}

/** It counts for a package or the whole machine, on whatever CPU it is opened: its CPUs are only its readers. */
export const countsCpusOnly = (pmu: Pmu): boolean => !pmu.isCore && pmu.cpus !== undefined;
