import { CpuMask } from '../../host/cpu-mask';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawLiveOptions {
  readonly live?: boolean;
  readonly event?: string;
  readonly cpu?: string;
  readonly count?: string;
  readonly callGraph?: boolean;
  readonly timeout?: string;
}

/** What is sampled of the running system. */
export interface LiveOptions {
  /** As the text of `-e`. */
  readonly events: string;
  /** All, when absent. */
  readonly cpus?: CpuMask;
  /** One sample every so many events; absent: of tracepoints every one, of others 4000 a second. */
  readonly period?: bigint;
  readonly callGraph?: { readonly kind: 'fp' };
  readonly timeoutMs?: number;
}

/** @throws SyswideError USAGE when options make no sense, BAD_CPU_LIST */
export function liveOptions({ event, cpu, count, callGraph, timeout }: RawLiveOptions): LiveOptions {
  if (event === undefined) {
    throw usage('--live without -e', 'there is no recording that has events', 'say which: -e sched:sched_switch');
  }
  return {
    events: event,
    ...(cpu === undefined ? {} : { cpus: CpuMask.parse(cpu) }),
    ...(count === undefined ? {} : { period: BigInt(positive('-c', count)) }),
    ...(callGraph ? { callGraph: { kind: 'fp' } } : {}),
    ...(timeout === undefined ? {} : { timeoutMs: positive('--timeout', timeout) }),
  };
}

function positive(option: string, text: string): number {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  throw usage(`${option} '${text}'`, 'that is no number from 1 on', `write one: ${option} 1000`);
}
