/**
 * A number with two digits behind the point, as printf(3) writes it: of two that are equally near, the one that ends in an even
 * digit. `toFixed` takes the larger one. Only odd eighths lie exactly between two of them.
 */
export function twoDigits(number: number): string {
  const size = Math.abs(number);
  return (size * 8) % 4 === 1 ? (Math.sign(number) * (size - 0.005)).toFixed(2) : number.toFixed(2);
}

/** The same with one digit. Of numbers between two of them, `toFixed` is wrong about those that end in a quarter. */
export function oneDigit(number: number): string {
  const size = Math.abs(number);
  return (size * 4) % 4 === 1 ? (Math.sign(number) * (size - 0.05)).toFixed(1) : number.toFixed(1);
}
