/** The library's public face. */
export { type ErrorCode, errorCodes, SyswideError } from './base/error';
export type { Cpu, Nanoseconds, Pid, Tid } from './base/units';
export { parseEvents } from './events/parse';
export { CpuMask } from './host/cpu-mask';
