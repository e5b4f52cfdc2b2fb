import { BreakpointType } from '../../abi/perf-event';
import { SyswideError } from '../../base/error';
import { parseFilter } from '../../events/tracepoint-filter';
import { CpuMask } from '../../host/cpu-mask';
import type { GangChange } from '../controllable';

/** What of a gang can be set, by the names that users write. */
export const changeKeys = ['cpus', 'period', 'filter', 'addr', 'len', 'type'] as const;
export type ChangeKey = (typeof changeKeys)[number];

/** A change as it is written and as it goes over the socket: texts by key. */
export type ChangeTexts = Readonly<Partial<Record<ChangeKey, string>>>;

/** PERF_EVENT_IOC_PERIOD refuses the highest bit. Source: _perf_event_period() in kernel/events/core.c. */
const MOST_PERIOD = (1n << 63n) - 1n;
const MOST_ADDRESS = (1n << 64n) - 1n;
/** perf_event_set_filter() copies a page at most, the NUL included. */
const LONGEST_FILTER = 4095;

const types: Readonly<Record<string, number>> = {
  r: BreakpointType.read,
  w: BreakpointType.write,
  rw: BreakpointType.read | BreakpointType.write,
  x: BreakpointType.execute,
};

/**
 * Reads a change, whether it comes from the command line or from a socket.
 * @throws SyswideError USAGE
 */
export function parseChange(texts: Readonly<Record<string, unknown>>): GangChange {
  const change: Mutable<GangChange> = {};
  const breakpoint: Mutable<NonNullable<GangChange['breakpoint']>> = {};
  for (const [key, text] of Object.entries(texts)) {
    if (!isChangeKey(key)) throw refusal(key, 'there is nothing of that name to set', `use ${changeKeys.join(', ')}`);
    if (typeof text !== 'string') throw refusal(key, 'its value is no text', `write ${examples[key]}`);
    setters[key](change, breakpoint, text);
  }
  if (Object.keys(breakpoint).length > 0) change.breakpoint = breakpoint;
  if (Object.keys(change).length > 0) return change;
  throw new SyswideError('USAGE', { what: 'nothing to set', why: 'no value was given', remedy: 'write set cpus=0-1' });
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Breakpoint = Mutable<NonNullable<GangChange['breakpoint']>>;

export const isChangeKey = (text: string): text is ChangeKey => changeKeys.some((key) => key === text);

const examples: Readonly<Record<ChangeKey, string>> = {
  cpus: 'cpus=0-3,8',
  period: 'period=10000',
  filter: "filter='prev_pid == 1'",
  addr: 'addr=0x601040',
  len: 'len=1, 2, 4 or 8',
  type: 'type=w, rw, r or x',
};

const setters: Readonly<
  Record<ChangeKey, (change: Mutable<GangChange>, breakpoint: Breakpoint, text: string) => void>
> = {
  cpus: (change, _, text) => {
    change.cpus = explained('cpus', text, () => CpuMask.parse(text));
  },
  period: (change, _, text) => {
    change.period = number('period', text, 1n, MOST_PERIOD);
  },
  filter: (change, _, text) => {
    if (Buffer.byteLength(text) > LONGEST_FILTER) {
      throw refusal('filter', `the kernel takes at most ${LONGEST_FILTER} bytes`, 'shorten it');
    }
    // An empty one removes what was set.
    if (text.trim() !== '') explained('filter', text, () => parseFilter(text));
    change.filter = text.trim();
  },
  addr: (_, breakpoint, text) => {
    breakpoint.address = number('addr', text, 0n, MOST_ADDRESS);
  },
  len: (_, breakpoint, text) => {
    const length = Number(number('len', text, 1n, 8n));
    if (![1, 2, 4, 8].includes(length)) throw refusal(`len=${text}`, 'no debug register does', `write ${examples.len}`);
    breakpoint.length = length;
  },
  type: (_, breakpoint, text) => {
    const type = Object.hasOwn(types, text) ? types[text] : undefined;
    if (type === undefined) throw refusal(`type=${text}`, 'no debug register does', `write ${examples.type}`);
    breakpoint.type = type;
  },
};

/** Decimal, or hexadecimal behind 0x. */
function number(key: ChangeKey, text: string, least: bigint, most: bigint): bigint {
  const value = /^(?:\d{1,20}|0[xX][0-9a-fA-F]{1,16})$/.test(text) ? BigInt(text) : undefined;
  if (value !== undefined && value >= least && value <= most) return value;
  const why = value === undefined ? 'that is no number' : `it lies outside of ${least} to ${most}`;
  throw refusal(`${key}=${text}`, why, `write ${examples[key]}`);
}

function explained<T>(key: ChangeKey, text: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    throw refusal(`${key}=${text}`, error.why, error.remedy, error);
  }
}

const refusal = (what: string, why: string, remedy: string, cause?: unknown): SyswideError =>
  new SyswideError('USAGE', { what: `cannot set ${what}`, why, remedy, ...(cause === undefined ? {} : { cause }) });
