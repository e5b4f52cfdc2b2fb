import { PerfType, SoftwareId } from '../abi/perf-event';
import { watchesKernel } from './breakpoint-rules';
import { namedModifiers } from './modifiers';
import type { ResolvedEvent } from './resolved-event';

/** Software events that the kernel raises in kernel mode only: restricted to user space they would always read 0. */
const kernelOnly = new Set<bigint>(
  [SoftwareId.contextSwitches, SoftwareId.cpuMigrations, SoftwareId.cgroupSwitches, SoftwareId.bpfOutput].map(BigInt),
);

/** What becomes of an event that may count user space only. */
export type UserOnly =
  | { readonly outcome: 'unchanged' | 'narrowed'; readonly event: ResolvedEvent }
  | { readonly outcome: 'always zero'; readonly why: KernelOnly };

/** Why an event can be in the kernel only: a clause for it alone, and one for several. */
export interface KernelOnly {
  readonly one: string;
  readonly many: string;
}

const happens: KernelOnly = { one: 'it happens in the kernel only', many: 'they happen in the kernel only' };
const asked: KernelOnly = {
  one: 'it is asked for in the kernel only',
  many: 'they are asked for in the kernel only',
};

/**
 * Restricts an event to user space, for users who may not count the kernel. Its name then ends in `u`, so that no
 * reader takes it for the whole; what can be in the kernel only is refused instead of counted as 0.
 */
export function restrictToUser(event: ResolvedEvent): UserOnly {
  if (happensInKernelOnly(event)) return { outcome: 'always zero', why: happens };
  if (isOutOfReach(event)) return { outcome: 'unchanged', event };
  if (event.attr.flags?.excludeUser) return { outcome: 'always zero', why: asked };
  const flags = { ...event.attr.flags, excludeKernel: true, excludeHv: true };
  return { outcome: 'narrowed', event: { ...event, name: userOnlyName(event.name), attr: { ...event.attr, flags } } };
}

/** With `u`, where modifiers stand or would stand, and without those that no longer hold: what `-e` takes. */
function userOnlyName(name: string): string {
  const modifiers = namedModifiers(name);
  if (modifiers === undefined) return `${name}:u`;
  const kept = modifiers.replace(/[ukh]/g, '');
  return `${name.slice(0, name.length - modifiers.length)}u${kept}`;
}

/**
 * Counts an event in user space or in the kernel alone, whatever its modifiers say, as `--all-user` and `--all-kernel`
 * have it. Its name stays, as in perf: whoever asked for that knows.
 */
export function restrictTo(event: ResolvedEvent, where: 'user' | 'kernel' | undefined): ResolvedEvent {
  if (where === undefined || event.kind === 'tool') return event;
  const flags = { ...event.attr.flags, excludeKernel: where === 'user', excludeUser: where === 'kernel' };
  return { ...event, attr: { ...event.attr, flags } };
}

/** What has no kernel to leave out, or is refused whatever is left out of it. */
const isOutOfReach = (event: ResolvedEvent): boolean =>
  event.kind === 'tool' || event.attr.flags?.excludeKernel === true || watchesKernel(event);

const happensInKernelOnly = ({ kind, attr }: ResolvedEvent): boolean =>
  kind === 'tracepoint' || (attr.type === PerfType.software && kernelOnly.has(attr.config));
