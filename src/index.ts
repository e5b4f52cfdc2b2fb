/**
 * The library's public face: count and sample system-wide events from a program, with the same guarantees as the command line.
 * `docs/contract.md` states them; `examples/` shows them in use.
 */
export { type ErrorCode, errorCodes, SyswideError } from './base/error';
export type { Cpu, MonotonicTime, Nanoseconds, Tid } from './base/units';
export { type CpuCoverage, coveragePercent } from './counts/coverage';
export { lowerBound } from './counts/estimate-error';
export type { Count, CountStatus, EventCount } from './counts/event-count';
export type { SystemWideEventOptions } from './counts/open-system-wide';
export { type SystemWideCounts, SystemWideEvent } from './counts/system-wide-event';
export type { EventSpec } from './events/event-spec';
export { parseEvents } from './events/parse';
export type { CallGraph } from './events/sampling';
export type { BreakpointChange, GangChange } from './gang/controllable';
export type { GangState } from './gang/gang';
export type { Happening } from './gang/hotplug-follower';
export { CpuMask } from './host/cpu-mask';
export type { ScriptEvent, ScriptFrame, ScriptHandlers, TraceValue } from './profile/script-event';
export { type EventSample, SampledEvent, type SampledEventOptions } from './recording/sampled-event';
