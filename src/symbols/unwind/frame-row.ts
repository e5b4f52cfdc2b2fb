/** Numbers that DWARF gives to registers of x86-64. Source: System V ABI, AMD64 supplement, figure 3.36. */
export const Register = { bp: 6, sp: 7, ip: 16 } as const;

/** Registers that are followed from frame to frame: those with a number up to that of the return address. */
export const REGISTERS = 17;

/** How the address of a frame (CFA: what the stack pointer was before the call) is found. */
export type FrameAddress =
  | { readonly kind: 'register'; readonly register: number; readonly offset: number }
  | { readonly kind: 'expression'; readonly expression: Buffer };

/** Where the caller's value of a register is. One without a rule has it still. */
export type RegisterRule =
  | { readonly kind: 'same' | 'undefined' }
  /** In memory, so far from the frame's address. */
  | { readonly kind: 'offset'; readonly offset: number }
  /** It is so far from the frame's address. */
  | { readonly kind: 'valueOffset'; readonly offset: number }
  | { readonly kind: 'register'; readonly register: number }
  /** In memory, where the expression tells. */
  | { readonly kind: 'expression'; readonly expression: Buffer }
  | { readonly kind: 'valueExpression'; readonly expression: Buffer };

/** How one gets from a frame to its caller's, at one place of a program. */
export interface FrameRow {
  readonly address: FrameAddress;
  readonly rules: ReadonlyMap<number, RegisterRule>;
  /** It is what the kernel had a signal handler return to: what called it was interrupted, and has called nothing. */
  readonly isSignal: boolean;
}
