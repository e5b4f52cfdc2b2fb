import type { TracepointFormat } from '../../host/tracepoint-format';
import { type Expression, ExpressionParser, NotUnderstood, numberOf, type Value } from './expression';
import { helperCall } from './helpers';
import { tokensOf } from './lexer';
import { networkAddress } from './network-address';
import type { TraceData } from './trace-data';

/** The name of what an address of the kernel is in; undefined where nothing is known. */
export type KernelNames = (address: bigint) => string | undefined;

/** What printf(3) makes of its next arguments: `%`, flags, width, precision, length, and conversion with the kernel's `%p…`. */
const conversion =
  /%([-+ #0]*)(\*|\d+)?(?:\.(\*|\d+))?(hh|h|ll|l|z|L|q)?(p(?:I[46S][hnblpfsc]*|[SsFfKBx])?|[diouxXcs%])/g;

/**
 * Text for samples of a tracepoint, by its own print format; by its fields where that is not understood.
 * Source: libtraceevent, as perf script prints them.
 */
export function tracePrinter(format: TracepointFormat, kernelNames: KernelNames): (data: TraceData) => string {
  try {
    const tokens = tokensOf(format.printFormat);
    if (!tokens) throw new NotUnderstood('its words');
    const parser = new ExpressionParser(tokens, helperCall);
    const template = parser.next();
    if (template.kind !== 'text') throw new NotUnderstood('it begins with no text');
    let text = template.value;
    for (let more = parser.peek(); more?.kind === 'text'; more = parser.peek()) text += String(parser.next().value);
    const expressions: Expression[] = [];
    while (parser.accept(',')) expressions.push(parser.expression());
    if (!parser.isAtEnd) throw new NotUnderstood('something follows');
    const pieces = piecesOf(text, kernelNames);
    return (data) => printed(pieces, expressions, data);
  } catch (error) {
    if (!(error instanceof NotUnderstood)) throw error;
    return fieldsText;
  }
}

/** `name=value` of all fields but the common ones. */
const fieldsText = (data: TraceData): string =>
  data.fields
    .filter(({ name }) => !name.startsWith('common_'))
    .map((field) => `${field.name}=${field.isText ? data.text(field) : data.number(field)}`)
    .join(' ');

/** A text, or what makes one of the next values. */
type Piece = string | ((take: () => Value) => string);

/** Takes a template of printf(3) apart. */
function piecesOf(template: string, kernelNames: KernelNames): Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const found of template.matchAll(conversion)) {
    pieces.push(template.slice(at, found.index), pieceOf(found, kernelNames));
    at = found.index + found[0].length;
  }
  pieces.push(template.slice(at));
  return pieces;
}

function pieceOf([, flags = '', width, precision, size, kind = '']: RegExpMatchArray, names: KernelNames): Piece {
  if (kind === '%') return '%';
  const [columnsOf, digitsOf] = [numberOrArgument(width), numberOrArgument(precision)];
  return (take) => {
    const [columns, digits] = [columnsOf(take) ?? 0, digitsOf(take)];
    const wanted = { flags, size, kind, digits };
    const text = converted(take(), wanted, names);
    return columns === 0 ? text : padded(text, columns, wanted);
  };
}

/** What a template says of one value. */
interface Conversion {
  readonly flags: string;
  readonly size: string | undefined;
  readonly kind: string;
  /** The precision. */
  readonly digits: number | undefined;
}

/** A width or precision: a number, `*` for the next value, or none. */
function numberOrArgument(text: string | undefined): (take: () => Value) => number | undefined {
  if (text === '*') return (take) => Number(numberOf(take()));
  const number = text === undefined ? undefined : Number(text);
  return () => number;
}

function printed(pieces: readonly Piece[], expressions: readonly Expression[], data: TraceData): string {
  let next = 0;
  const take = (): Value => {
    next += 1;
    return expressions[next - 1]?.(data) ?? 0n;
  };
  let text = '';
  for (const piece of pieces) text += typeof piece === 'string' ? piece : piece(take);
  return text;
}

function converted(value: Value, wanted: Conversion, kernelNames: KernelNames): string {
  const { flags, size, kind, digits } = wanted;
  if (/^pI/.test(kind)) return networkAddress(kind, typeof value === 'object' ? value : Buffer.alloc(0));
  if (typeof value === 'object') return converted(numberOf(value), wanted, kernelNames);
  if (kind === 's' || typeof value === 'string') {
    const text = typeof value === 'string' ? value : `0x${BigInt.asUintN(64, value).toString(16)}`;
    return digits === undefined ? text : text.slice(0, digits);
  }
  if (kind === 'c') return String.fromCharCode(Number(value & 0xffn));
  if (kind.startsWith('p')) return pointer(value, kind, kernelNames);
  const bits = bitsOf(size);
  const number = kind === 'd' || kind === 'i' ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
  return integer(number, flags, kind, digits);
}

/** What `#` puts before numbers that are not decimal. */
const bases: Record<string, { readonly base: number; readonly prefix: string }> = {
  x: { base: 16, prefix: '0x' },
  X: { base: 16, prefix: '0x' },
  o: { base: 8, prefix: '0' },
};

function integer(number: bigint, flags: string, kind: string, digits: number | undefined): string {
  const { base, prefix } = bases[kind] ?? { base: 10, prefix: '' };
  const plus = flags.includes('+') && base === 10 && kind !== 'u' ? '+' : '';
  const magnitude = (number < 0n ? -number : number).toString(base).padStart(digits ?? 0, '0');
  const text = (number < 0n ? '-' : plus) + (flags.includes('#') && number !== 0n ? prefix : '') + magnitude;
  return kind === 'X' ? text.toUpperCase() : text;
}

function pointer(value: bigint, kind: string, kernelNames: KernelNames): string {
  const address = BigInt.asUintN(64, value);
  // As printf(3) of glibc has it, which readers print with.
  if (address === 0n) return '(nil)';
  const name = /^p[SsFfB]$/.test(kind) ? kernelNames(address) : undefined;
  if (name === undefined) return `0x${address.toString(16)}`;
  return kind === 'ps' || kind === 'pf' ? name.replace(/\+0x[\da-f]+$/, '') : name;
}

/** Of int, and of what the length says. */
function bitsOf(size: string | undefined): number {
  if (size === 'hh') return 8;
  if (size === 'h') return 16;
  return size === undefined ? 32 : 64;
}

/** No terminal is wider. */
const MOST_COLUMNS = 1000;

function padded(text: string, columns: number, { flags, kind, digits }: Conversion): string {
  const width = Math.min(Math.abs(columns), MOST_COLUMNS);
  if (flags.includes('-') || columns < 0) return text.padEnd(width);
  const hasZeros = flags.includes('0') && digits === undefined && /[diouxX]/.test(kind);
  if (!hasZeros) return text.padStart(width);
  const [, sign = '', rest = ''] = /^([-+]?(?:0x)?)(.*)$/.exec(text) ?? [];
  return sign + rest.padStart(width - sign.length, '0');
}
