import { PerfType } from '../abi/perf-event';
import { commonTerms } from './common-terms';
import { type Draft, unscaled } from './draft';
import type { SingleSpec } from './event-spec';
import { countsCpusOnly } from './pmu-names';
import type { ResolveContext } from './resolve-context';

const kinds: ReadonlyMap<number, Draft['kind']> = new Map([
  [PerfType.hardware, 'hardware'],
  [PerfType.software, 'software'],
  [PerfType.tracepoint, 'tracepoint'],
  [PerfType.cache, 'cache'],
  [PerfType.raw, 'raw'],
  [PerfType.breakpoint, 'breakpoint'],
] as const);

/** `type:config`, and `r1a8` with the type of raw events. What the numbers mean is left to the kernel. */
export function resolveNumeric(type: number, config: bigint, spec: SingleSpec, context: ResolveContext): Draft[] {
  const common = { attr: { type, config }, ...unscaled, effect: commonTerms(spec.terms, context) };
  const kind = kinds.get(type);
  if (kind) return [{ ...common, kind }];
  const pmu = [...context.host.pmus].find((one) => one.type === type);
  if (!pmu) return [{ ...common, kind: 'raw' }];
  return [
    {
      ...common,
      kind: 'pmu',
      pmu: pmu.name,
      isCore: pmu.isCore,
      ...(pmu.cpus ? { cpus: pmu.cpus } : {}),
      ...(countsCpusOnly(pmu) ? { countsCpusOnly: true } : {}),
    },
  ];
}
