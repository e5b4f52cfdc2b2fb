import { DRIVER_CONFIG, type EventBody, type EventSpec, type SingleSpec, type Term } from './event-spec';
import { barePath, bareSymbol } from './parse-breakpoint';
import { bareTerm, driverConfig } from './parse-terms';

/** An event text that parses to these specs again; numbers and modifiers in one canonical spelling. */
export const printSpecs = (specs: readonly EventSpec[]): string => specs.map(printSpec).join(',');

/** The inverse of parsing for one event or group. */
export function printSpec(spec: EventSpec): string {
  if (spec.kind === 'event') return printEvent(spec);
  const modifiers = spec.modifiers === '' ? '' : `:${spec.modifiers}`;
  return `${spec.name ?? ''}{${spec.members.map(printEvent).join(',')}}${modifiers}`;
}

function printEvent({ body, terms, modifiers }: SingleSpec): string {
  const slashes = terms.length > 0 || body.type === 'pmu' ? `/${terms.map(printTerm).join(',')}/` : '';
  return `${printBody(body)}${slashes}${modifiers === '' ? '' : `:${modifiers}`}`;
}

function printBody(body: EventBody): string {
  switch (body.type) {
    case 'symbol':
      return body.name;
    case 'raw':
      return `r${body.config.toString(16)}`;
    case 'numeric':
      return `${body.perfType}:${hex(body.config)}`;
    case 'pmu':
      return body.pmu;
    case 'tracepoint':
      return `${body.system}:${body.name}`;
    case 'breakpoint':
      return `mem:${printTarget(body.target)}${suffix('/', body.length)}${suffix(':', body.access)}`;
    case 'probe':
      return `${body.probe}:${body.path === undefined ? '' : `${bareOrQuoted(body.path, barePath)}:`}${printTarget(body.target)}`;
  }
}

type Target = (EventBody & { type: 'breakpoint' | 'probe' })['target'];

function printTarget(target: Target): string {
  if (target.at === 'address') return hex(target.address);
  const offset = target.offset === 0n ? '' : `+${hex(target.offset)}`;
  const path = 'path' in target && target.path !== undefined ? `@'${target.path}'` : '';
  return `${bareOrQuoted(target.symbol, bareSymbol)}${offset}${path}`;
}

function printTerm({ key, value }: Term): string {
  if (value === undefined) return key;
  if (value.kind === 'number') return `${key}=${hex(value.number)}`;
  if (key === DRIVER_CONFIG && matchesAll(value.text, driverConfig)) return `@${value.text}`;
  const isNumber = /^(?:0[xX][0-9a-fA-F]+|[0-9]+)$/.test(value.text);
  return `${key}=${isNumber ? `'${value.text}'` : bareOrQuoted(value.text, bareTerm)}`;
}

const hex = (value: bigint): string => (value < 10n ? `${value}` : `0x${value.toString(16)}`);
const suffix = (sign: string, value: string | number | undefined): string => (value === undefined ? '' : sign + value);
const bareOrQuoted = (text: string, bare: RegExp): string => (matchesAll(text, bare) ? text : `'${text}'`);

function matchesAll(text: string, sticky: RegExp): boolean {
  sticky.lastIndex = 0;
  return sticky.exec(text)?.[0] === text;
}
