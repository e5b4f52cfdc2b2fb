import type { PerfEventAttr } from '../abi/attr';
import type { Pmu } from '../host/pmu';
import { termsWithoutConfig } from './common-terms';
import { type Draft, unscaled } from './draft';
import type { ProbeBody, SingleSpec } from './event-spec';
import { EventSpecError } from './event-spec-error';
import { fileSymbol, symbolFile } from './find-symbol';
import type { Place } from './place';
import { addToConfig } from './pmu-config';
import type { ResolveContext } from './resolve-context';

/**
 * Probes through the kernel's uprobe and kprobe PMUs: they live as long as their fd, and leave nothing in tracefs.
 * The address of the path or function name goes into config1 when the event is opened (`config1Text`).
 * Source: perf_event_open(2) (config1, config2), kernel/trace/trace_event_perf.c.
 * @throws EventSpecError, NOT_SUPPORTED where the kernel has no such PMU
 */
export function resolveProbe(body: ProbeBody, spec: SingleSpec, context: ResolveContext): Draft {
  const pmu = probePmu(body, spec, context);
  const config = body.probe.includes('ret') ? returnBit(pmu, spec) : 0n;
  const { words, config1Text } = probeTarget(body, context);
  return {
    kind: 'probe',
    attr: { type: pmu.type, config, ...words },
    ...unscaled,
    pmu: pmu.name,
    effect: termsWithoutConfig(spec.terms, context),
    ...(config1Text === undefined ? {} : { config1Text }),
  };
}

function probePmu(body: ProbeBody, spec: SingleSpec, { host }: ResolveContext): Pmu {
  const name = body.probe.startsWith('u') ? 'uprobe' : 'kprobe';
  const pmu = host.pmus.get(name);
  if (pmu) return pmu;
  throw new EventSpecError({
    code: 'NOT_SUPPORTED',
    where: spec.where,
    why: `this kernel has no ${name} PMU (CONFIG_${name.toUpperCase()}_EVENTS)`,
    remedy: name === 'kprobe' ? 'use a tracepoint near the function' : 'use a breakpoint, mem:symbol@path:x',
  });
}

function returnBit(pmu: Pmu, spec: SingleSpec): bigint {
  const format = pmu.formats.get('retprobe');
  if (format && format.word === 0) return addToConfig(0n, format, 1n);
  throw new EventSpecError({
    code: 'NOT_SUPPORTED',
    where: spec.where,
    why: `the ${pmu.name} PMU of this kernel cannot probe returns`,
    remedy: `use ${pmu.name}:`,
  });
}

type ProbeWords = { readonly words: Pick<PerfEventAttr, 'config2'>; readonly config1Text?: string };

function probeTarget(body: ProbeBody, context: ResolveContext): ProbeWords {
  const { path, target } = body;
  if (path !== undefined) return { words: { config2: fileTarget(path, body, context) }, config1Text: path };
  // Without a name the kernel takes config2 as the address; with one, as the offset into the function.
  if (target.at === 'address') return { words: { config2: target.address } };
  return { words: { config2: target.offset }, config1Text: target.symbol };
}

/** The probed byte's offset in the file. The kernel takes any, also one that is never executed and so counts nothing. */
function fileTarget(path: string, { target, where }: ProbeBody, context: ResolveContext): bigint {
  if (target.at === 'address') {
    // Without a look-up it is taken as it is, as it needs none.
    const isCode = context.symbols === undefined || symbolFile(path, where.path, context).isCode(target.address);
    if (isCode) return target.address;
    throw noCode(`offset 0x${target.address.toString(16)} of ${path} is not mapped to be executed`, where.target);
  }
  const { symbol, file } = fileSymbol(path, target.symbol, where, context);
  if (symbol.size > 0n && target.offset >= symbol.size) {
    throw noCode(`${target.symbol} of ${path} has only ${symbol.size} bytes`, where.target);
  }
  const offset = symbol.fileOffset === undefined ? undefined : symbol.fileOffset + target.offset;
  if (offset !== undefined && file.isCode(offset)) return offset;
  throw noCode(`${target.symbol} of ${path} is data, which is never executed`, where.target);
}

const noCode = (why: string, where: Place): EventSpecError =>
  new EventSpecError({ where, why, remedy: 'probe a function; data is watched with mem:symbol@path' });
