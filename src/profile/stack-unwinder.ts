import type { FilePlace } from '../native/packed-ranges';
import type { CallFrames } from '../symbols/unwind/call-frames';
import { expressionValue } from '../symbols/unwind/frame-expression';
import { type FrameRow, REGISTERS, Register, type RegisterRule } from '../symbols/unwind/frame-row';
import { USER_CONTEXT } from './chain-context';
import type { Memory } from './memory';
import type { Names } from './names';
import type { Programs } from './programs';
import type { Recording } from './recording';
import type { SampleCursor } from './sample-cursor';
import { Spaces } from './spaces';
import type { UserStack } from './user-stack';

/** As perf: PERF_MAX_STACK_DEPTH. */
const MOST_FRAMES = 127;

/** A frame pointer is believed up to there above the stack pointer, as in libunwind. */
const FARTHEST_FRAME = 0x4000;

const WORD = 8;

/**
 * Follows the copies of stacks that samples have, from frame to frame, as programs tell of them in their call frame information:
 * most have no frame pointers. Source: DWARF 5, 6.4; what perf has libunwind do, tools/perf/util/unwind-libunwind-local.c.
 */
export class StackUnwinder {
  /** Where addresses are looked up, for others who do so, too. */
  readonly spaces = new Spaces();
  /** By the number of the program. */
  readonly #frames = new Map<number, CallFrames | undefined>();
  readonly #chain = new Float64Array(MOST_FRAMES);
  /** Of the frame at hand; NaN where it is not known. */
  #registers = new Float64Array(REGISTERS);
  #next = new Float64Array(REGISTERS);

  /** @param dsos the names of programs */
  constructor(
    private readonly programs: Pick<Programs, 'callFramesOf'>,
    private readonly dsos: Names,
  ) {}

  /** @returns undefined where no samples have copies of stacks that can be followed */
  static for({ events, dsos }: Pick<Recording, 'events' | 'dsos'>, programs: Programs): StackUnwinder | undefined {
    return events.all.some(({ userStack }) => userStack) ? new StackUnwinder(programs, dsos) : undefined;
  }

  /** Puts callers in user space into the call chain of a sample that has a copy of the stack. */
  unwind(sample: SampleCursor, memory: Memory): void {
    const { stack } = sample;
    if (!stack.isThere) return;
    for (let i = 0; i < REGISTERS; i += 1) this.#registers[i] = stack.register(i) ?? Number.NaN;
    const count = this.follow(stack, memory);
    if (count > 0) sample.extendChain(USER_CONTEXT, this.#chain, count);
  }

  /** @returns how many addresses the chain has */
  private follow(stack: UserStack, memory: Memory): number {
    let count = 0;
    let place = this.ip;
    let row = this.rowAt(memory, place);
    while (place > 0) {
      this.#chain[count] = place;
      count += 1;
      if (count === MOST_FRAMES || !this.step(row, stack)) break;
      // A call is before where it returns to, which may be another function; what a signal interrupted has called nothing.
      place = row?.isSignal ? this.ip : this.ip - 1;
      row = this.rowAt(memory, place);
      if (row?.isSignal) place = this.ip;
    }
    return count;
  }

  private get ip(): number {
    return this.#registers[Register.ip] ?? Number.NaN;
  }

  private rowAt(memory: Memory, address: number): FrameRow | undefined {
    const place = this.placeOf(memory, address);
    return place && this.framesOf(place.dso)?.rowAt(place.offset);
  }

  private placeOf(memory: Memory, address: number): FilePlace | undefined {
    const { ranges } = this.spaces.of(memory);
    if (ranges) return ranges.placeOf(address);
    const range = memory.find(address);
    return range && { dso: range.dso, offset: address - range.start + range.offset };
  }

  private framesOf(dso: number): CallFrames | undefined {
    const known = this.#frames.get(dso);
    if (known || this.#frames.has(dso)) return known;
    const frames = this.programs.callFramesOf(this.dsos.textOf(dso));
    this.#frames.set(dso, frames);
    return frames;
  }

  /** Goes to the caller. @returns whether there is one */
  private step(row: FrameRow | undefined, stack: UserStack): boolean {
    const isDone = row ? this.stepBy(row, stack) : this.stepByPointer(stack);
    if (!isDone) return false;
    const [before, now] = [this.#registers, this.#next];
    const isElsewhere = before[Register.sp] !== now[Register.sp] || before[Register.ip] !== now[Register.ip];
    [this.#registers, this.#next] = [now, before];
    return isElsewhere && this.ip > 0;
  }

  private stepBy({ address, rules }: FrameRow, stack: UserStack): boolean {
    const own = this.#registers;
    const memory = {
      register: (number: number) => known(own[number]),
      wordAt: (at: number) => stack.wordAt(at),
    };
    const frame =
      address.kind === 'register'
        ? (own[address.register] ?? Number.NaN) + address.offset
        : (valueFor(address.expression, memory) ?? Number.NaN);
    if (Number.isNaN(frame)) return false;
    const next = this.#next;
    next.set(own);
    next[Register.sp] = frame;
    next[Register.ip] = Number.NaN;
    for (const [register, rule] of rules) next[register] = ruled(rule, register, frame, memory, own) ?? Number.NaN;
    return true;
  }

  /** Of what no program tells of, as code that a JIT compiler has made: there may be a frame pointer. */
  private stepByPointer(stack: UserStack): boolean {
    const [sp = Number.NaN, bp = Number.NaN] = [this.#registers[Register.sp], this.#registers[Register.bp]];
    if (!(bp >= sp && bp - sp <= FARTHEST_FRAME)) return false;
    this.#next.fill(Number.NaN);
    this.#next[Register.bp] = stack.wordAt(bp) ?? Number.NaN;
    this.#next[Register.ip] = stack.wordAt(bp + WORD) ?? Number.NaN;
    this.#next[Register.sp] = bp + 2 * WORD;
    return true;
  }
}

type FrameMemory = Parameters<typeof expressionValue>[1];

const known = (register: number | undefined): number | undefined => (Number.isNaN(register) ? undefined : register);

/** The caller's value of a register; undefined where it is not known. */
function ruled(
  rule: RegisterRule,
  register: number,
  frame: number,
  memory: FrameMemory,
  own: Float64Array,
): number | undefined {
  switch (rule.kind) {
    case 'offset':
      return memory.wordAt(frame + rule.offset);
    case 'valueOffset':
      return frame + rule.offset;
    case 'register':
      return own[rule.register];
    case 'same':
      return own[register];
    case 'undefined':
      return undefined;
    default: {
      const value = valueFor(rule.expression, memory, frame);
      return rule.kind === 'valueExpression' || value === undefined ? value : memory.wordAt(value);
    }
  }
}

/** An expression that makes no sense has no value. */
function valueFor(expression: Buffer, memory: FrameMemory, first?: number): number | undefined {
  try {
    return expressionValue(expression, memory, first);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
