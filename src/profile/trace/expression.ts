import type { Token } from './lexer';
import type { TraceData } from './trace-data';

/** What an expression comes to: a number of 64 bits, a text, or the bytes of an array. */
export type Value = bigint | string | Buffer;

/** An expression of a print format, ready to be evaluated for one sample after the other. */
export type Expression = (data: TraceData) => Value;

/** A call of one of the kernel's helpers: its arguments are still to be read. */
export type HelperParser = (parser: ExpressionParser, name: string) => Expression;

/** The print format is one that is not understood. */
export class NotUnderstood extends Error {}

/** Operators with two sides by how strongly they bind, the weakest first. */
const levels: readonly (readonly string[])[] = [
  ['||'],
  ['&&'],
  ['|'],
  ['^'],
  ['&'],
  ['==', '!='],
  ['<', '>', '<=', '>='],
  ['<<', '>>'],
  ['+', '-'],
  ['*', '/', '%'],
];

/** No kernel nests more, or puts more terms one behind the other; a file may. */
const [DEEPEST, LONGEST_CHAIN] = [200, 1000];

/** Reads C expressions over the fields of a tracepoint: `REC->flags & 0x3 ? "a" : "b"`. */
export class ExpressionParser {
  #at = 0;
  #depth = 0;

  constructor(
    private readonly tokens: readonly Token[],
    private readonly helper: HelperParser,
  ) {}

  get isAtEnd(): boolean {
    return this.#at >= this.tokens.length;
  }

  peek(): Token | undefined {
    return this.tokens[this.#at];
  }

  next(): Token {
    const token = this.tokens[this.#at];
    if (!token) throw new NotUnderstood('it ends early');
    this.#at += 1;
    return token;
  }

  /** Takes a sign if it stands there. */
  accept(sign: string): boolean {
    const token = this.peek();
    const isThere = token?.kind === 'sign' && token.value === sign;
    if (isThere) this.#at += 1;
    return isThere;
  }

  expect(sign: string): void {
    if (!this.accept(sign)) throw new NotUnderstood(`${sign} is missing`);
  }

  expression(): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new NotUnderstood('it is nested too deeply');
    const condition = this.binary(0);
    let whole = condition;
    if (this.accept('?')) {
      const yes = this.expression();
      this.expect(':');
      const no = this.expression();
      whole = (data) => (isTrue(condition(data)) ? yes(data) : no(data));
    }
    this.#depth -= 1;
    return whole;
  }

  private binary(level: number): Expression {
    const operators = levels[level];
    if (!operators) return this.unary();
    let left = this.binary(level + 1);
    for (let terms = 1; ; terms += 1) {
      // Each term is evaluated within the call of the next.
      if (terms > LONGEST_CHAIN) throw new NotUnderstood('it has too many terms');
      const token = this.peek();
      if (token?.kind !== 'sign' || !operators.includes(token.value)) return left;
      this.next();
      const [one, other, sign] = [left, this.binary(level + 1), token.value];
      left = (data) => combined(sign, one, other, data);
    }
  }

  private unary(): Expression {
    this.#depth += 1;
    if (this.#depth > DEEPEST) throw new NotUnderstood('it is nested too deeply');
    const whole = this.signed();
    this.#depth -= 1;
    return whole;
  }

  private signed(): Expression {
    for (const sign of ['-', '~', '!', '+', '*', '&']) {
      if (!this.accept(sign)) continue;
      const of = this.unary();
      if (sign === '-') return (data) => BigInt.asIntN(64, -numberOf(of(data)));
      if (sign === '~') return (data) => ~numberOf(of(data));
      if (sign === '!') return (data) => (isTrue(of(data)) ? 0n : 1n);
      return of;
    }
    const cast = this.castAhead();
    if (cast === undefined) return this.postfix(this.primary());
    this.#at += cast.length;
    const of = this.unary();
    return castTo(cast.type, of);
  }

  /** `(unsigned long)`: a type in brackets, with what it is and how many words it takes. */
  private castAhead(): { readonly type: string; readonly length: number } | undefined {
    if (this.peek()?.value !== '(') return undefined;
    let end = this.#at + 1;
    while (isTypeWord(this.tokens[end])) end += 1;
    const words = this.tokens.slice(this.#at + 1, end).map(({ value }) => String(value));
    if (words.length === 0 || this.tokens[end]?.value !== ')') return undefined;
    const isCast = isType(words) || (words.length === 1 && beginsOperand(this.tokens[end + 1]));
    return isCast ? { type: words.join(' '), length: end + 1 - this.#at } : undefined;
  }

  private primary(): Expression {
    const token = this.next();
    if (token.kind === 'number') return () => token.value;
    if (token.kind === 'text') return this.texts(token.value);
    if (token.kind === 'sign') {
      if (token.value !== '(') throw new NotUnderstood(`${token.value} begins nothing`);
      const inner = this.expression();
      this.expect(')');
      return inner;
    }
    if (token.value === 'REC') return this.fieldOf();
    if (token.value === 'sizeof') return this.sizeOf();
    if (this.accept('(')) return this.helper(this, token.value);
    // A name that only the kernel knows: readers take it for 0.
    return () => 0n;
  }

  /** Texts one behind the other are one. */
  private texts(first: string): Expression {
    let text = first;
    for (let token = this.peek(); token?.kind === 'text'; token = this.peek()) {
      text += token.value;
      this.next();
    }
    return () => text;
  }

  /** The name of a field, behind `REC`. */
  fieldName(): string {
    this.expect('->');
    const name = this.next();
    if (name.kind !== 'name') throw new NotUnderstood('a field has a name');
    return name.value;
  }

  private fieldOf(): Expression {
    const name = this.fieldName();
    let index: Expression | undefined;
    if (this.accept('[')) {
      index = this.expression();
      this.expect(']');
    }
    return (data) => {
      const field = data.field(name);
      if (!field) return 0n;
      if (index) return data.number(field, Number(BigInt.asUintN(16, numberOf(index(data)))));
      if (field.isText) return data.text(field);
      return field.length > 1 ? data.bytes(field) : data.number(field);
    };
  }

  private sizeOf(): Expression {
    this.expect('(');
    const words: string[] = [];
    while (!this.accept(')')) words.push(String(this.next().value));
    const size = sizeOfType(words.join(' '));
    return () => BigInt(size);
  }

  private postfix(of: Expression): Expression {
    if (!this.accept('[')) return of;
    this.expression();
    this.expect(']');
    throw new NotUnderstood('an element of what is no field');
  }
}

const typeWords = new Set([
  ...[
    'unsigned',
    'signed',
    'long',
    'int',
    'short',
    'char',
    'void',
    'const',
    'struct',
    'enum',
    'bool',
    'size_t',
    'ssize_t',
  ],
  ...['u8', 'u16', 'u32', 'u64', 's8', 's16', 's32', 's64', '__u8', '__u16', '__u32', '__u64', '__s8', '__s16'],
  ...['__s32', '__s64', 'pid_t', 'dev_t', 'ino_t', 'loff_t', 'sector_t', 'gfp_t', 'uid_t', 'gid_t', 'off_t', 'umode_t'],
]);

const isType = (words: readonly string[]): boolean =>
  words.every(
    (word, i) => typeWords.has(word) || word === '*' || (i > 0 && /^(struct|enum)$/.test(words[i - 1] ?? '')),
  );

const isTypeWord = (token: Token | undefined): boolean =>
  token?.kind === 'name' || (token?.kind === 'sign' && token.value === '*');

/** Behind a name in brackets, it makes a cast of them. */
const beginsOperand = (token: Token | undefined): boolean =>
  token !== undefined && (token.kind === 'name' || token.kind === 'number' || token.value === '(');

function sizeOfType(type: string): number {
  if (type.includes('*')) return 8;
  if (/char|[us]8|bool/.test(type)) return 1;
  if (/short|[us]16/.test(type)) return 2;
  return /long|[us]64|size_t|loff_t|sector_t|ino_t/.test(type) ? 8 : 4;
}

function castTo(type: string, of: Expression): Expression {
  if (/struct|void|const char/.test(type)) return of;
  const bits = sizeOfType(type) * 8;
  const isUnsigned = /unsigned|\bu\d|__u|\*|size_t$/.test(type) && !/ssize_t/.test(type);
  return (data) => {
    const value = of(data);
    if (typeof value !== 'bigint') return value;
    return isUnsigned ? BigInt.asUintN(bits, value) : BigInt.asIntN(bits, value);
  };
}

/** The number; of a text 0. */
export const numberOf = (value: Value): bigint => (typeof value === 'bigint' ? value : 0n);
const isTrue = (value: Value): boolean => (typeof value === 'bigint' ? value !== 0n : value.length > 0);

function combined(sign: string, left: Expression, right: Expression, data: TraceData): Value {
  if (sign === '||') return isTrue(left(data)) || isTrue(right(data)) ? 1n : 0n;
  if (sign === '&&') return isTrue(left(data)) && isTrue(right(data)) ? 1n : 0n;
  const [one, other] = [left(data), right(data)];
  if (sign === '==') return one === other ? 1n : 0n;
  if (sign === '!=') return one === other ? 0n : 1n;
  return arithmetic(sign, numberOf(one), numberOf(other));
}

/** Readers take all numbers for unsigned: libtraceevent's eval_num_arg(). */
function arithmetic(sign: string, one: bigint, other: bigint): bigint {
  const [a, b] = [BigInt.asUintN(64, one), BigInt.asUintN(64, other)];
  switch (sign) {
    case '|':
      return a | b;
    case '^':
      return a ^ b;
    case '&':
      return a & b;
    case '<':
      return BigInt(a < b);
    case '>':
      return BigInt(a > b);
    case '<=':
      return BigInt(a <= b);
    case '>=':
      return BigInt(a >= b);
    case '<<':
      return BigInt.asIntN(64, a << (b & 63n));
    case '>>':
      return a >> (b & 63n);
    case '+':
      return BigInt.asIntN(64, a + b);
    case '-':
      return BigInt.asIntN(64, a - b);
    case '*':
      return BigInt.asIntN(64, a * b);
    case '/':
      return b === 0n ? 0n : a / b;
    default:
      return b === 0n ? 0n : a % b;
  }
}
