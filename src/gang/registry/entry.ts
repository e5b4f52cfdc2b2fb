import { type MonotonicTime, monotonicTime, type Pid, pid } from '../../base/units';
import type { GangStatus } from '../controllable';
import { asBigCount, asCount, asText, parseObject } from './json';
import { decodeStatus, encodeStatus } from './status-json';

/** What a live gang's file says of it. */
export interface GangEntry {
  readonly pid: Pid;
  /** The command line of its owner, as its owner tells it: hostile. */
  readonly command: string;
  /** When it was registered. */
  readonly since: MonotonicTime;
  /** How it was then. */
  readonly status: GangStatus;
}

const schema = 'syswide.gang/1';

export const encodeEntry = ({ pid, command, since, status }: GangEntry): string =>
  `${JSON.stringify({ schema, pid, command, since: since.toString(), status: encodeStatus(status) })}\n`;

/** Undefined for whatever is no entry, or one of another version. */
export function decodeEntry(text: string): GangEntry | undefined {
  const object = parseObject(text);
  if (object?.schema !== schema) return undefined;
  const owner = asCount(object.pid);
  const command = asText(object.command);
  const since = asBigCount(object.since);
  const status = decodeStatus(object.status);
  if (owner === undefined || command === undefined || since === undefined || status === undefined) return undefined;
  return { pid: pid(owner), command, since: monotonicTime(since), status };
}
