import { type ErrorCode, errorCodes, SyswideError } from '../../base/error';
import type { GangStatus } from '../controllable';
import { type ChangeTexts, parseChange } from './change';
import { asObject, asText, type Json, parseObject } from './json';
import { decodeStatus, encodeStatus } from './status-json';

/** What can be asked of a gang's owner. A line of JSON each way: `{"do":"set","change":{"cpus":"0-1"}}`. */
export type ControlRequest =
  | { readonly do: 'status' | 'enable' | 'disable' | 'stop' }
  | { readonly do: 'set'; readonly change: ChangeTexts };

/** How the gang is afterwards, or why it is as it was. */
export type ControlReply = { readonly status: GangStatus } | { readonly error: SyswideError };

/** Bytes of a request: more than the longest filter takes. */
export const LONGEST_REQUEST = 1 << 16;
/** Bytes of a reply: thousands of events fit. */
export const LONGEST_REPLY = 1 << 22;

export const encodeRequest = (request: ControlRequest): string => `${JSON.stringify(request)}\n`;

/** @throws SyswideError USAGE for whatever is no request */
export function decodeRequest(line: string): ControlRequest {
  const object = parseObject(line) ?? {};
  switch (object.do) {
    case 'status':
    case 'enable':
    case 'disable':
    case 'stop':
      return { do: object.do };
    case 'set': {
      const change: Json = asObject(object.change) ?? {};
      parseChange(change);
      return { do: 'set', change };
    }
    default:
      throw new SyswideError('USAGE', {
        what: 'cannot do that',
        why: 'the request is not one that this version of syswide knows',
        remedy: 'send a line like {"do":"status"}; there are status, enable, disable, stop and set',
      });
  }
}

export function encodeReply(reply: ControlReply): string {
  if ('status' in reply) return `${JSON.stringify({ status: encodeStatus(reply.status) })}\n`;
  const { code, what, why, remedy } = reply.error;
  return `${JSON.stringify({ error: { code, what, why, remedy } })}\n`;
}

/** Undefined for whatever is no reply. */
export function decodeReply(line: string): ControlReply | undefined {
  const object = parseObject(line) ?? {};
  const status = decodeStatus(object.status);
  if (status) return { status };
  const { code, what, why, remedy } = asObject(object.error) ?? {};
  const [text, reason, hint] = [what, why, remedy].map(asText);
  if (text === undefined || reason === undefined || hint === undefined) return undefined;
  return { error: new SyswideError(knownCode(code), { what: text, why: reason, remedy: hint }) };
}

/** Another version of syswide may have codes that this one has not. */
const knownCode = (code: unknown): ErrorCode =>
  typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : 'CONTROL_FAILED';
