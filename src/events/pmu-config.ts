import type { PmuFormat } from '../host/pmu-format';

/** The attr fields that sysfs formats lay out, by the number in the format file. */
export const configFields = ['config', 'config1', 'config2', 'config3'] as const;
type ConfigField = (typeof configFields)[number];
export type ConfigWords = Partial<Record<ConfigField, bigint>>;

/** The bits of a format, ascending: the value's lowest bit goes into the first. Ranges may overlap. */
export function formatBits(format: PmuFormat): bigint[] {
  const bits = new Set<number>();
  for (const { low, high } of format.bits) {
    for (let bit = low; bit <= high; bit++) bits.add(bit);
  }
  return [...bits].sort((a, b) => a - b).map(BigInt);
}

/** The largest value that fits. */
export const formatMax = (format: PmuFormat): bigint => (1n << BigInt(formatBits(format).length)) - 1n;

/** `config` with the value's bits added. Bits that are set already stay, as perf has it: `event=1,event=2` gives 3. */
export function addToConfig(config: bigint, format: PmuFormat, value: bigint): bigint {
  let result = config;
  for (const [i, bit] of formatBits(format).entries()) {
    if ((value >> BigInt(i)) & 1n) result |= 1n << bit;
  }
  return result;
}
