import { ByteCursor } from './byte-cursor';
import { type FrameAddress, type FrameRow, REGISTERS, type RegisterRule } from './frame-row';

/** What entries have in common (CIE). */
export interface CommonEntry {
  readonly codeAlignment: number;
  readonly dataAlignment: number;
  /** How addresses in its entries are written: DW_EH_PE_*. */
  readonly encoding: number;
  /** Whether its entries begin with a length of what is added to them. */
  readonly isAugmented: boolean;
  readonly isSignal: boolean;
  readonly program: Buffer;
}

/** Operations with their operand in the lower six bits. Source: DWARF 5, 6.4.2 and 7.24. */
const [ADVANCE, OFFSET, RESTORE] = [0x40, 0x80, 0xc0];

/** A state that a program has come to. */
interface State {
  readonly address: FrameAddress | undefined;
  readonly rules: ReadonlyMap<number, RegisterRule>;
}

/** So many states are remembered, and a program is so long, in bytes: compilers nest none, and write some hundred bytes. */
const [MOST_REMEMBERED, LONGEST_PROGRAM] = [64, 1 << 14];

/** Runs the programs that tell of each place of a function how its frame looks there. */
class FrameProgram {
  #address: FrameAddress | undefined;
  #rules = new Map<number, RegisterRule>();
  #first: ReadonlyMap<number, RegisterRule> = new Map();
  readonly #remembered: State[] = [];
  /** The place that the program has come to, and the one that it is run for. */
  #place: number;

  constructor(
    private readonly entry: CommonEntry,
    begin: number,
    private readonly wanted: number,
  ) {
    this.#place = begin;
  }

  /** @returns undefined where it does not tell of a frame; throws a RangeError for one that makes no sense */
  run(program: Buffer): FrameRow | undefined {
    this.runOne(this.entry.program);
    this.#first = new Map(this.#rules);
    this.runOne(program);
    return this.#address && { address: this.#address, rules: this.#rules, isSignal: this.entry.isSignal };
  }

  private runOne(program: Buffer): void {
    if (program.length > LONGEST_PROGRAM) throw new RangeError('longer than the program of any function');
    const code = new ByteCursor(program, 0);
    while (!code.isDone && this.#place <= this.wanted) this.operation(code);
  }

  private operation(code: ByteCursor): void {
    const operation = code.u8();
    const operand = operation & 0x3f;
    switch (operation & 0xc0) {
      case ADVANCE:
        this.advance(operand);
        return;
      case OFFSET:
        this.set(operand, this.inMemory(code.unsigned()));
        return;
      case RESTORE:
        this.restore(operand);
        return;
      default:
        this.extended(operation, code);
    }
  }

  private extended(operation: number, code: ByteCursor): void {
    const known = extendedOperations[operation];
    if (!known) throw new RangeError(`operation ${operation} of no version of DWARF`);
    known(this, code);
  }

  /** Rows from there on are of places behind the one that is wanted. */
  advance(by: number): void {
    this.#place += by * this.entry.codeAlignment;
  }

  set(register: number, rule: RegisterRule): void {
    if (register < REGISTERS) this.#rules.set(register, rule);
  }

  restore(register: number): void {
    const first = this.#first.get(register);
    if (first) this.#rules.set(register, first);
    else this.#rules.delete(register);
  }

  inMemory(factored: number): RegisterRule {
    return { kind: 'offset', offset: factored * this.entry.dataAlignment };
  }

  valueAt(factored: number): RegisterRule {
    return { kind: 'valueOffset', offset: factored * this.entry.dataAlignment };
  }

  factored(offset: number): number {
    return offset * this.entry.dataAlignment;
  }

  define(address: FrameAddress): void {
    this.#address = address;
  }

  /** The same register, or the same offset. */
  redefine(change: { readonly register?: number; readonly offset?: number }): void {
    if (this.#address?.kind !== 'register') throw new RangeError('an offset from no register');
    this.#address = { ...this.#address, ...change };
  }

  remember(): void {
    if (this.#remembered.length >= MOST_REMEMBERED) throw new RangeError('more states than any compiler makes');
    this.#remembered.push({ address: this.#address, rules: new Map(this.#rules) });
  }

  recall(): void {
    const state = this.#remembered.pop();
    if (!state) throw new RangeError('no state to return to');
    this.#address = state.address;
    this.#rules = new Map(state.rules);
  }
}

/** DW_CFA_* with operands of their own, by number. */
const extendedOperations: Readonly<Record<number, (program: FrameProgram, code: ByteCursor) => void>> = {
  0: () => {},
  // DW_CFA_set_loc is written by no compiler for functions; those with it are not known.
  2: (program, code) => program.advance(code.u8()),
  3: (program, code) => program.advance(code.u16()),
  4: (program, code) => program.advance(code.u32()),
  5: (program, code) => program.set(code.unsigned(), program.inMemory(code.unsigned())),
  6: (program, code) => program.restore(code.unsigned()),
  7: (program, code) => program.set(code.unsigned(), { kind: 'undefined' }),
  8: (program, code) => program.set(code.unsigned(), { kind: 'same' }),
  9: (program, code) => program.set(code.unsigned(), { kind: 'register', register: code.unsigned() }),
  10: (program) => program.remember(),
  11: (program) => program.recall(),
  12: (program, code) => program.define({ kind: 'register', register: code.unsigned(), offset: code.unsigned() }),
  13: (program, code) => program.redefine({ register: code.unsigned() }),
  14: (program, code) => program.redefine({ offset: code.unsigned() }),
  15: (program, code) => program.define({ kind: 'expression', expression: code.block(code.unsigned()) }),
  16: (program, code) => program.set(code.unsigned(), { kind: 'expression', expression: code.block(code.unsigned()) }),
  17: (program, code) => program.set(code.unsigned(), program.inMemory(code.signed())),
  18: (program, code) =>
    program.define({ kind: 'register', register: code.unsigned(), offset: program.factored(code.signed()) }),
  19: (program, code) => program.redefine({ offset: program.factored(code.signed()) }),
  20: (program, code) => program.set(code.unsigned(), program.valueAt(code.unsigned())),
  21: (program, code) => program.set(code.unsigned(), program.valueAt(code.signed())),
  22: (program, code) =>
    program.set(code.unsigned(), { kind: 'valueExpression', expression: code.block(code.unsigned()) }),
  // DW_CFA_GNU_args_size says nothing of registers.
  46: (_program, code) => void code.unsigned(),
  47: (program, code) => program.set(code.unsigned(), program.inMemory(-code.unsigned())),
};

/**
 * How the frame of a function looks at a place.
 * @param begin where the function begins, in the same addresses as the place
 * @param program of the function's own entry
 * @returns undefined where it does not tell; throws a RangeError for what makes no sense
 */
export const frameRow = (entry: CommonEntry, begin: number, place: number, program: Buffer): FrameRow | undefined =>
  new FrameProgram(entry, begin, place).run(program);
