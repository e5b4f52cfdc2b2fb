/**
 * Nominal types over primitives: a `Cpu` is a number that cannot be passed where a `CpuIdx` is wanted.
 * The brand exists in the type only; at run time the value is the bare primitive.
 */
declare const brand: unique symbol;

export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
