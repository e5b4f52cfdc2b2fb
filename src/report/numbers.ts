/** Numbers as text, without a detour over floating point where the value is exact. */

/** `1234567` → `1,234,567`. */
export function grouped(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().replace(/\B(?=(\d{3})+$)/g, ',');
  return value < 0n ? `-${digits}` : digits;
}

/** A number with `decimals` places and grouped thousands. */
export function groupedDecimal(value: number, decimals: number): string {
  // From there on toFixed() gives up, and there are more digits than a double has.
  if (Math.abs(value) >= 1e21) return `${value}`;
  const [whole = '0', fraction] = value.toFixed(decimals).split('.');
  const sign = whole.startsWith('-') ? '-' : '';
  const digits = grouped(BigInt(whole.replace('-', '')));
  return `${sign}${digits}${fraction === undefined ? '' : `.${fraction}`}`;
}

const prefixes = ['', 'K', 'M', 'G', 'T', 'P', 'E'] as const;

/** A rate with four significant digits and an SI prefix: `81.23 K`. */
export function withPrefix(value: number): string {
  let [scaled, index] = [value, 0];
  // Compared with what would be rounded up, or 999.96 would have five digits.
  while (scaled >= 999.95 && index < prefixes.length - 1) {
    scaled /= 1000;
    index += 1;
  }
  const decimals = scaled >= 99.995 ? 1 : scaled >= 9.9995 ? 2 : 3;
  return `${scaled.toFixed(decimals)}${index === 0 ? '' : ` ${prefixes[index]}`}`;
}

/** Seconds as perf writes the time of an interval: nine decimals, padded to sixteen characters. */
export function perfSeconds(time: bigint): string {
  const fraction = (time % 1_000_000_000n).toString().padStart(9, '0');
  return `${(time / 1_000_000_000n).toString().padStart(6)}.${fraction}`;
}
