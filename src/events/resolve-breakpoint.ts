import type { PerfEventAttr } from '../abi/attr';
import { BreakpointType, PerfType } from '../abi/perf-event';
import { breakpointRules } from './breakpoint-rules';
import { commonTerms } from './common-terms';
import { type Draft, unscaled } from './draft';
import type { BreakpointBody, SingleSpec } from './event-spec';
import { type EventProblem, EventSpecError } from './event-spec-error';
import { fileSymbol, kernelSymbol } from './find-symbol';
import type { Place } from './place';
import type { ResolveContext } from './resolve-context';
import type { ResolvedEvent } from './resolved-event';

/** Bytes that a data breakpoint watches when nobody says: perf's choice. */
const DEFAULT_LENGTH = 4;

/**
 * `mem:…`: everything that the kernel would refuse is refused here, with the reason.
 * @throws EventSpecError
 */
export function resolveBreakpoint(body: BreakpointBody, spec: SingleSpec, context: ResolveContext): Draft {
  const access = body.access ?? 'rw';
  const { executeLength } = breakpointRules(context.architecture);
  const length = body.length ?? (access === 'x' ? executeLength : DEFAULT_LENGTH);
  checkAccess(access, body, context);
  checkLength(length, access, body, context);
  const { address, loadedFrom } = locate(body, context);
  checkAlignment(loadedFrom?.fileAddress ?? address, length, access, body);
  const attr: PerfEventAttr = {
    type: PerfType.breakpoint,
    config: 0n,
    config1: address,
    config2: BigInt(length),
    bpType: accessBits(access),
  };
  const effect = commonTerms(spec.terms, context);
  return { kind: 'breakpoint', attr, ...unscaled, effect, ...(loadedFrom ? { loadedFrom } : {}) };
}

/**
 * A breakpoint on a symbol of a file, once that is in memory and it is known where. `loadBias` is the address at which
 * the file's address 0 came to lie: 0 for one that is always loaded at its own addresses.
 */
export function placeBreakpoint(event: ResolvedEvent, loadBias: bigint): ResolvedEvent {
  const { loadedFrom, ...placed } = event;
  if (!loadedFrom) return event;
  return { ...placed, attr: { ...event.attr, config1: loadedFrom.fileAddress + loadBias } };
}

type Located = { readonly address: bigint; readonly loadedFrom?: NonNullable<ResolvedEvent['loadedFrom']> };

function locate({ target, where }: BreakpointBody, context: ResolveContext): Located {
  if (target.at === 'address') return { address: target.address };
  const { symbol, offset, path } = target;
  if (path === undefined) return { address: kernelSymbol(symbol, where.target, context) + offset };
  const found = fileSymbol(path, symbol, { target: where.target }, context);
  const fileAddress = found.symbol.address + offset;
  const isFixed = !found.file.positionIndependent;
  return { address: isFixed ? fileAddress : 0n, loadedFrom: { path, fileAddress, isFixed } };
}

const accessBits = (access: string): number =>
  (access.includes('r') ? BreakpointType.read : 0) |
  (access.includes('w') ? BreakpointType.write : 0) |
  (access.includes('x') ? BreakpointType.execute : 0);

function checkAccess(access: string, { where }: BreakpointBody, { architecture }: ResolveContext): void {
  if (access.includes('x') && access !== 'x') {
    throw refusal(where.access, 'no debug register watches execution and data at once', 'write two events, :x and :rw');
  }
  if (access === 'r' && !breakpointRules(architecture).readOnly) {
    const why = `the debug registers of ${architecture} cannot watch reads without writes`;
    throw refusal(where.access, why, 'write :rw', 'NOT_SUPPORTED');
  }
}

function checkLength(
  length: number,
  access: string,
  { where }: BreakpointBody,
  { architecture }: ResolveContext,
): void {
  const { lengths, executeLength } = breakpointRules(architecture);
  if (access === 'x' && length !== executeLength) {
    const why = `an execute breakpoint has a length of ${executeLength} here, whatever the instruction`;
    throw refusal(where.length, why, 'leave the length out');
  }
  if (access !== 'x' && !lengths.includes(length)) {
    throw refusal(where.length, `${length} bytes cannot be watched at once`, `write a length of ${lengths.join(', ')}`);
  }
}

/** An instruction may lie anywhere. */
function checkAlignment(address: bigint, length: number, access: string, { where }: BreakpointBody): void {
  const past = access === 'x' ? 0n : address % BigInt(length);
  if (past === 0n) return;
  const why = `0x${address.toString(16)} is not a multiple of the length, ${length}`;
  throw refusal(where.target, why, `watch ${length} bytes at 0x${(address - past).toString(16)}, or fewer bytes`);
}

function refusal(where: Place, why: string, remedy: string, code: EventProblem['code'] = 'BAD_EVENT'): EventSpecError {
  return new EventSpecError({ code, where, why, remedy });
}
