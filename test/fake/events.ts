import { HardwareId, PerfType, SoftwareId } from '../../src/abi/perf-event';
import type { ResolvedEvent } from '../../src/events/resolved-event';

/** Resolved events for tests that do not care how they were parsed. */
export const software = (name: keyof typeof SoftwareId, more: Partial<ResolvedEvent> = {}): ResolvedEvent => ({
  name: name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  kind: 'software',
  attr: { type: PerfType.software, config: BigInt(SoftwareId[name]) },
  scale: name === 'cpuClock' || name === 'taskClock' ? 1e-6 : 1,
  unit: name === 'cpuClock' || name === 'taskClock' ? 'msec' : '',
  ...more,
});

export const hardware = (name: keyof typeof HardwareId, more: Partial<ResolvedEvent> = {}): ResolvedEvent => ({
  name: name === 'cpuCycles' ? 'cycles' : name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`),
  kind: 'hardware',
  attr: { type: PerfType.hardware, config: BigInt(HardwareId[name]) },
  scale: 1,
  unit: '',
  ...more,
});
