import { type Expression, type ExpressionParser, type HelperParser, NotUnderstood, numberOf } from './expression';
import type { TraceData } from './trace-data';

/** Values and what they are called. */
type Names = readonly (readonly [value: bigint, name: string])[];

/** The helpers that kernels call in print formats. Source: Documentation/trace/events.rst; kernel/trace/trace_output.c. */
export const helperCall: HelperParser = (parser, name) => {
  switch (name) {
    case '__print_flags':
    case '__print_flags_u64':
      return flags(parser);
    case '__print_symbolic':
    case '__print_symbolic_u64':
      return symbolic(parser);
    case '__get_str':
    case '__get_rel_str':
      return text(parser);
    case '__get_dynamic_array':
    case '__get_rel_dynamic_array':
    case '__get_bitmask':
    case '__get_cpumask':
      return text(parser);
    case '__get_dynamic_array_len':
    case '__get_rel_dynamic_array_len':
      return length(parser);
    case '__print_hex':
    case '__print_hex_str':
      return hex(parser, name === '__print_hex' ? ' ' : '');
    case '__print_array':
      return array(parser);
    case '__builtin_expect':
      return first(parser);
    default:
      throw new NotUnderstood(`${name}() is not known`);
  }
};

/** In the place of a sample: constants ask for nothing of it. */
const noSample = new Proxy({} as TraceData, {
  get: () => {
    throw new NotUnderstood('a field among constants');
  },
});

function namesIn(parser: ExpressionParser): Names {
  const names: [bigint, string][] = [];
  while (parser.accept(',')) {
    parser.expect('{');
    const first = parser.peek();
    // Constants: they need no sample. Of names that only the kernel knows, readers make -1.
    const value = parser.expression()(noSample);
    parser.expect(',');
    const name = parser.expression()(noSample);
    parser.expect('}');
    names.push([first?.kind === 'name' ? -1n : numberOf(value), String(name)]);
  }
  parser.expect(')');
  return names;
}

function flags(parser: ExpressionParser): Expression {
  const of = parser.expression();
  parser.expect(',');
  const between = parser.next();
  if (between.kind !== 'text') throw new NotUnderstood('what stands between flags is a text');
  const names = namesIn(parser);
  return (data) => {
    let left = numberOf(of(data));
    const found: string[] = [];
    for (const [value, name] of names) {
      if (value < 0n && left === 0n && found.length === 0) return name;
      if (value > 0n && (left & value) === value) {
        found.push(name);
        left &= ~value;
      }
    }
    if (left !== 0n) found.push(`0x${BigInt.asUintN(64, left).toString(16)}`);
    return found.join(between.value);
  };
}

function symbolic(parser: ExpressionParser): Expression {
  const of = parser.expression();
  const names = namesIn(parser);
  return (data) => {
    const number = numberOf(of(data));
    const found = names.find(([value]) => value === number || BigInt.asUintN(64, value) === BigInt.asUintN(64, number));
    return found?.[1] ?? `0x${BigInt.asUintN(64, number).toString(16)}`;
  };
}

/** The name of a field, alone in the brackets. */
function fieldIn(parser: ExpressionParser): string {
  const name = parser.next();
  if (name.kind !== 'name') throw new NotUnderstood('a field has a name');
  parser.expect(')');
  return name.value;
}

function text(parser: ExpressionParser): Expression {
  const name = fieldIn(parser);
  return (data) => {
    const field = data.field(name);
    return field ? data.text(field) : '';
  };
}

function length(parser: ExpressionParser): Expression {
  const name = fieldIn(parser);
  return (data) => {
    const field = data.field(name);
    return BigInt(field ? data.bytes(field).length : 0);
  };
}

/** A field, by `REC->name` or by a helper that gets a dynamic one. */
function fieldArgument(parser: ExpressionParser): string {
  const token = parser.next();
  if (token.kind !== 'name') throw new NotUnderstood('a field is expected');
  if (token.value === 'REC') return parser.fieldName();
  parser.expect('(');
  return fieldIn(parser);
}

/** The first of several arguments. */
function first(parser: ExpressionParser): Expression {
  const of = parser.expression();
  while (parser.accept(',')) parser.expression();
  parser.expect(')');
  return of;
}

function hex(parser: ExpressionParser, between: string): Expression {
  const name = fieldArgument(parser);
  parser.expect(',');
  const count = parser.expression();
  parser.expect(')');
  return (data) => {
    const field = data.field(name);
    const bytes = field ? data.bytes(field) : Buffer.alloc(0);
    return [...bytes.subarray(0, Number(BigInt.asUintN(16, numberOf(count(data)))))]
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join(between);
  };
}

function array(parser: ExpressionParser): Expression {
  const name = fieldArgument(parser);
  parser.expect(',');
  const count = parser.expression();
  parser.expect(',');
  const size = parser.expression();
  parser.expect(')');
  return (data) => {
    const field = data.field(name);
    const elements = field ? data.elements(field, Number(BigInt.asUintN(4, numberOf(size(data)))) || 1) : [];
    const shown = elements.slice(0, Number(BigInt.asUintN(16, numberOf(count(data)))));
    return `{${shown.map((value) => `0x${value.toString(16)}`).join(',')}}`;
  };
}
