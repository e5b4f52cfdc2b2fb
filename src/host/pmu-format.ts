/** Bits `low` to `high` of a config word, both included. */
export interface BitRange {
  readonly low: number;
  readonly high: number;
}

/** Where the value of a PMU's term goes: `event` into `config:0-7,32-35`. */
export interface PmuFormat {
  readonly name: string;
  /** 0 for `config`, 1 for `config1`, … A new kernel may have words that `PerfEventAttr` lacks. */
  readonly word: number;
  /** The value's low bits go into the first range, the next ones into the second, and so on. */
  readonly bits: readonly BitRange[];
}

/**
 * Parses the text of a `format/` file; undefined when it is something else.
 * @see Documentation/ABI/testing/sysfs-bus-event_source-devices-format
 */
export function parsePmuFormat(name: string, text: string): PmuFormat | undefined {
  const [, word = '0', list] = /^config(\d?):([0-9,-]+)$/.exec(text.trim()) ?? [];
  const bits = list?.split(',').map(parseRange);
  if (bits === undefined || !bits.every((range) => range !== undefined)) return undefined;
  return { name, word: Number(word), bits };
}

function parseRange(text: string): BitRange | undefined {
  const [, low, high = low] = /^(\d{1,2})(?:-(\d{1,2}))?$/.exec(text) ?? [];
  const range = { low: Number(low), high: Number(high) };
  return low !== undefined && range.low <= range.high && range.high <= 63 ? range : undefined;
}
