import { ByteCursor } from './byte-cursor';

/** What an expression is reckoned with. */
export interface FrameMemory {
  /** Of the frame, by the number of DWARF; undefined where it is not known. */
  readonly register: (number: number) => number | undefined;
  /** 64 bits at an address; undefined where they are not known. */
  readonly wordAt: (address: number) => number | undefined;
}

/** Expressions of real programs have some ten operations, and no loops. */
const MOST_OPERATIONS = 100;

/**
 * What an expression comes to. Source: DWARF 5, 2.5 and 7.7.1: what compilers and linkers write for frames.
 * @param first what is on its stack as it begins
 * @returns undefined where something is not known; throws a RangeError for what makes no sense
 */
export function expressionValue(expression: Buffer, memory: FrameMemory, first?: number): number | undefined {
  const code = new ByteCursor(expression, 0);
  const stack: (number | undefined)[] = first === undefined ? [] : [first];
  for (let left = MOST_OPERATIONS; !code.isDone; left -= 1) {
    if (left === 0) throw new RangeError('an expression without an end');
    step(code, stack, memory);
  }
  return stack.at(-1);
}

/** Operations with a number in them: from which on, and how many there are. */
const [LITERALS, REGISTERS_PLUS, SO_MANY] = [0x30, 0x70, 32];

function step(code: ByteCursor, stack: (number | undefined)[], memory: FrameMemory): void {
  const operation = code.u8();
  if (operation >= LITERALS && operation < LITERALS + SO_MANY) {
    stack.push(operation - LITERALS);
  } else if (operation >= REGISTERS_PLUS && operation < REGISTERS_PLUS + SO_MANY) {
    stack.push(plus(memory.register(operation - REGISTERS_PLUS), code.signed()));
  } else if (constants[operation]) {
    stack.push(constants[operation](code));
  } else if (binary[operation]) {
    const [second, firstOne] = [stack.pop(), stack.pop()];
    stack.push(firstOne === undefined || second === undefined ? undefined : binary[operation](firstOne, second));
  } else {
    other(operation, code, stack, memory);
  }
}

function other(operation: number, code: ByteCursor, stack: (number | undefined)[], memory: FrameMemory): void {
  switch (operation) {
    case 0x06: {
      const address = stack.pop();
      stack.push(address === undefined ? undefined : memory.wordAt(address));
      return;
    }
    case 0x12:
      stack.push(stack.at(-1));
      return;
    case 0x13:
      stack.pop();
      return;
    case 0x16:
      stack.push(...[stack.pop(), stack.pop()]);
      return;
    case 0x1f:
      stack.push(plus(0, -(stack.pop() ?? Number.NaN)));
      return;
    case 0x23:
      stack.push(plus(stack.pop(), code.unsigned()));
      return;
    case 0x92:
      stack.push(plus(memory.register(code.unsigned()), code.signed()));
      return;
    case 0x96:
      return;
    default:
      throw new RangeError(`operation ${operation} of an expression is not known`);
  }
}

const plus = (one: number | undefined, another: number): number | undefined =>
  one === undefined || Number.isNaN(another) ? undefined : one + another;

/** DW_OP_addr, and DW_OP_const*. */
const constants: Readonly<Record<number, (code: ByteCursor) => number>> = {
  3: (code) => code.u64(),
  8: (code) => code.u8(),
  9: (code) => code.i8(),
  10: (code) => code.u16(),
  11: (code) => code.i16(),
  12: (code) => code.u32(),
  13: (code) => code.i32(),
  14: (code) => code.u64(),
  15: (code) => code.i64(),
  16: (code) => code.unsigned(),
  17: (code) => code.signed(),
};

/** As numbers of 64 bits. */
const asBits =
  (of: (a: bigint, b: bigint) => bigint) =>
  (a: number, b: number): number =>
    Number(BigInt.asUintN(64, of(BigInt.asUintN(64, BigInt(a)), BigInt.asUintN(64, BigInt(b)))));

/** By the number of DW_OP_*: what is pushed of the two on top, of which the second one was pushed last. */
const binary: Readonly<Record<number, (first: number, second: number) => number>> = {
  26: asBits((a, b) => a & b),
  28: (a, b) => a - b,
  30: (a, b) => a * b,
  33: asBits((a, b) => a | b),
  34: (a, b) => a + b,
  36: asBits((a, b) => a << (b & 63n)),
  37: asBits((a, b) => a >> (b & 63n)),
  39: asBits((a, b) => a ^ b),
  41: (a, b) => Number(a === b),
  42: (a, b) => Number(a >= b),
  43: (a, b) => Number(a > b),
  44: (a, b) => Number(a <= b),
  45: (a, b) => Number(a < b),
  46: (a, b) => Number(a !== b),
};
