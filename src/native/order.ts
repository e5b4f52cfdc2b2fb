import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { sharedShim } from './shim';

/** Numbers in ascending order. */
export interface InOrder {
  /** Where each was; equal ones as they were. */
  readonly order: Uint32Array;
  readonly sorted: Float64Array;
}

/** Sorts numbers that are not negative, ten times as fast as JavaScript does where there are very many. */
export function inOrder(numbers: Float64Array): InOrder {
  const [order, sorted] = [new Uint32Array(numbers.length), new Float64Array(numbers.length)];
  const { sw_order } = sharedShim();
  checked('sw_order', sw_order(bytesOf(numbers), numbers.length, bytesOf(order), bytesOf(sorted)));
  return { order, sorted };
}
