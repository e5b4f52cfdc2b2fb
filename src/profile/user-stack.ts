import { Register } from '../symbols/unwind/frame-row';
import type { UserStackFormat } from './user-stack-format';

/** PERF_SAMPLE_REGS_ABI_64: programs of 32 bits have other frames. */
const ABI_64 = 2;

const WORD = 8;
const TWO_32 = 2 ** 32;

/**
 * The user's registers and a copy of the stack, as a sample has them. Read where they are: valid as long as the record.
 * Source: PERF_SAMPLE_REGS_USER and _STACK_USER in include/uapi/linux/perf_event.h, Linux 6.18.
 */
export class UserStack {
  #view: DataView = new DataView(new ArrayBuffer(0));
  #format: UserStackFormat | undefined;
  #registersAt = 0;
  #stackAt = 0;
  /** Bytes of it that were copied. */
  #length = 0;
  /** Where it was. */
  #address = Number.NaN;

  /** Whether the sample has one: threads of the kernel have none. */
  get isThere(): boolean {
    return this.#format !== undefined;
  }

  /**
   * @param at where in the record the fields behind the raw data begin
   * @param format of the sample's event; undefined: it has none
   */
  read(view: DataView, at: number, end: number, format: UserStackFormat | undefined): void {
    this.#format = undefined;
    if (!format) return;
    this.#view = view;
    const registers = at + this.branchBytes(at, end, format);
    if (registers + WORD > end || view.getUint32(registers, true) !== ABI_64) return;
    this.#registersAt = registers + WORD;
    const stack = this.#registersAt + format.registers * WORD;
    if (stack + WORD > end) return;
    const size = this.number(stack);
    // Behind the room for it stands how much of that was written.
    if (size === 0 || stack + WORD + size + WORD > end) return;
    this.#stackAt = stack + WORD;
    this.#length = Math.min(size, this.number(this.#stackAt + size));
    this.#format = format;
    this.#address = this.register(Register.sp) ?? Number.NaN;
  }

  /** By the number of DWARF, as the user had it; rounded to 53 bits, which addresses have not. */
  register(number: number): number | undefined {
    const place = this.#format?.places[number] ?? -1;
    return place < 0 ? undefined : this.number(this.#registersAt + place * WORD);
  }

  /** 64 bits of the stack at an address; undefined where it was not copied. */
  wordAt(address: number): number | undefined {
    const into = address - this.#address;
    return into >= 0 && into + WORD <= this.#length ? this.number(this.#stackAt + into) : undefined;
  }

  private branchBytes(at: number, end: number, { branches }: UserStackFormat): number {
    if (!branches || at + WORD > end) return 0;
    return WORD + branches.head + this.number(at) * branches.each;
  }

  private number(at: number): number {
    return this.#view.getUint32(at + 4, true) * TWO_32 + this.#view.getUint32(at, true);
  }
}
