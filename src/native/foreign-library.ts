import { assert } from '../base/assert';

/** Types of arguments; every function returns an int32. A pointer is the address of a Buffer's first byte. */
export type ArgType = 'pointer' | 'int32' | 'uint32';

type Arg<T extends ArgType> = T extends 'pointer' ? Buffer : number;
export type Args<T extends readonly ArgType[]> = { -readonly [I in keyof T]: Arg<T[I]> };

/** A C function that returns an int32. */
export interface ForeignFunction<A extends unknown[]> {
  (...args: A): number;
  /** The same on a thread of libuv's pool, which has four: the buffers must not be touched until it is done. */
  async(...args: A): Promise<number>;
}

/** The part of ffi-napi below its own function objects. Source: its lib/bindings.js and src/ffi.cc. */
interface Bindings {
  ffi_call(cif: Buffer, code: Buffer, result: Buffer, args: Buffer): void;
  ffi_call_async(cif: Buffer, code: Buffer, result: Buffer, args: Buffer, done: (error: string | null) => void): void;
}

const WORD = 8;

/**
 * Memory for an argument of a foreign function, zeroed. Small ones share Node's pool: ffi-napi registers the
 * ArrayBuffer behind every Buffer it meets, which costs microseconds and garbage for each new one.
 */
export const scratch = (bytes: number): Buffer => Buffer.allocUnsafe(bytes).fill(0);

/** The memory of numbers, for an argument of a foreign function: not a copy. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength);

/** The `length` bytes at the 64-bit address in `pointer`. Not owned: unmapping them leaves the Buffer dangling. */
export function memoryAt(pointer: Buffer, length: number): Buffer {
  return loadRef().readPointer(pointer, 0, length);
}

/**
 * A shared library whose functions are called through argument frames that are laid out once. ffi-napi's own function
 * objects allocate a Buffer for each argument of each call: 65 µs where this takes 1.5 µs, and garbage.
 */
export class ForeignLibrary {
  readonly #ffi: typeof import('ffi-napi') = require('ffi-napi');
  readonly #bindings: Bindings = require('ffi-napi/lib/bindings');
  readonly #library: import('ffi-napi').DynamicLibrary;
  /** What the threads of the pool work on, to keep it from the garbage collector. */
  readonly #inFlight = new Set<unknown>();

  /** Loads the file and the FFI packages. @throws Error with the dynamic linker's words */
  constructor(path: string) {
    this.#library = this.#ffi.DynamicLibrary(path, this.#ffi.DynamicLibrary.FLAGS.RTLD_NOW);
  }

  /** Looks it up when it is first called, as that takes longer than most calls: Error when there is no such function. */
  lookUp<T extends readonly ArgType[]>(name: string, types: T): ForeignFunction<Args<T>> {
    let found: Code | undefined;
    const code = (): Code => {
      found ??= { cif: this.#ffi.CIF('int32', [...types]), address: this.#library.get(name), frame: new Frame(types) };
      return found;
    };
    const call = (...args: Args<T>): number => this.#call(code(), args);
    return Object.assign(call, { async: (...args: Args<T>) => this.#callAsync(code(), args) });
  }

  /** No foreign function calls back into JavaScript, so no second call can find the frame in use. */
  #call({ cif, address, frame }: Code, args: readonly (Buffer | number)[]): number {
    frame.fill(args);
    this.#bindings.ffi_call(cif, address, frame.result, frame.pointers);
    return frame.result.readInt32LE();
  }

  #callAsync({ cif, address, frame: { types } }: Code, args: readonly (Buffer | number)[]): Promise<number> {
    const frame = new Frame(types);
    frame.fill(args);
    const held = { frame, args };
    this.#inFlight.add(held);
    return new Promise((resolve, reject) => {
      this.#bindings.ffi_call_async(cif, address, frame.result, frame.pointers, (error) => {
        this.#inFlight.delete(held);
        if (error === null) resolve(frame.result.readInt32LE());
        else reject(new Error(error));
      });
    });
  }
}

/** What it takes to call a function. */
interface Code {
  /** libffi's description of its arguments. */
  readonly cif: Buffer;
  readonly address: Buffer;
  readonly frame: Frame;
}

/** The memory of one call, as libffi wants it: the result, and pointers to the arguments, one word each. */
class Frame {
  readonly result = scratch(WORD);
  readonly pointers: Buffer;
  readonly #values: Buffer;
  readonly #ref = loadRef();

  constructor(readonly types: readonly ArgType[]) {
    this.pointers = scratch(types.length * WORD);
    this.#values = scratch(types.length * WORD);
    types.forEach((_, i) => {
      this.#ref._writePointer(this.pointers, i * WORD, this.#values.subarray(i * WORD));
    });
  }

  /** @throws RangeError for a number that its type cannot hold */
  fill(args: readonly (Buffer | number)[]): void {
    assert(args.length === this.types.length, 'a foreign function gets all its arguments');
    for (let i = 0; i < args.length; i++) this.#write(i * WORD, this.types[i], args[i]);
  }

  #write(offset: number, type: ArgType | undefined, arg: Buffer | number | undefined): void {
    if (typeof arg === 'object') this.#ref._writePointer(this.#values, offset, arg);
    else if (type === 'uint32') this.#values.writeUInt32LE(arg ?? 0, offset);
    else this.#values.writeInt32LE(arg ?? 0, offset);
  }
}

function loadRef(): typeof import('ref-napi') {
  return require('ref-napi');
}
