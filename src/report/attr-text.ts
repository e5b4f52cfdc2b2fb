import { flagBits } from '../abi/attr';

/** A bit's name, and which it is. */
type BitName = readonly [string, number];

const inOrder = (names: readonly string[]): BitName[] => names.map((name, bit) => [name, bit] as const);

/** In perf's order. Source: p_sample_type() and others in tools/perf/util/perf_event_attr_fprintf.c, Linux 6.1. */
const sampleBits: readonly BitName[] = [
  ...inOrder(['IP', 'TID', 'TIME', 'ADDR', 'READ', 'CALLCHAIN', 'ID', 'CPU', 'PERIOD', 'STREAM_ID', 'RAW']),
  ...Object.entries({ BRANCH_STACK: 11, REGS_USER: 12, STACK_USER: 13, IDENTIFIER: 16, REGS_INTR: 18, DATA_SRC: 15 }),
  ...Object.entries({ WEIGHT: 14, TRANSACTION: 17, PHYS_ADDR: 19, AUX: 20, CGROUP: 21, DATA_PAGE_SIZE: 22 }),
  ...Object.entries({ CODE_PAGE_SIZE: 23, WEIGHT_STRUCT: 24 }),
];
const readBits = inOrder(['TOTAL_TIME_ENABLED', 'TOTAL_TIME_RUNNING', 'ID', 'GROUP', 'LOST']);
const branchBits = inOrder([
  ...['USER', 'KERNEL', 'HV', 'ANY', 'ANY_CALL', 'ANY_RETURN', 'IND_CALL', 'ABORT_TX', 'IN_TX', 'NO_TX', 'COND'],
  ...['CALL_STACK', 'IND_JUMP', 'CALL', 'NO_FLAGS', 'NO_CYCLES', 'TYPE_SAVE', 'HW_INDEX', 'PRIV_SAVE'],
]);

/** How a field is shown. */
type FieldForm = (value: bigint) => string;

const decimal: FieldForm = (value) => String(value);
const hex: FieldForm = (value) => `0x${value.toString(16)}`;
const bits =
  (names: readonly BitName[]): FieldForm =>
  (value) => {
    const told = names.filter(([, bit]) => ((value >> BigInt(bit)) & 1n) === 1n).map(([name]) => name);
    const rest = (value >> BigInt(names.length)) << BigInt(names.length);
    return [...told, ...(rest > 0n ? [hex(rest)] : [])].join('|');
  };

type FieldBytes = 2 | 4 | 8;

/** Fields before the flags and behind them: name, where it is, how long it is, how it is shown. */
const headFields: readonly (readonly [string, number, FieldBytes, FieldForm])[] = [
  ['type', 0, 4, decimal],
  ['size', 4, 4, decimal],
  ['config', 8, 8, hex],
  ['{ sample_period, sample_freq }', 16, 8, decimal],
  ['sample_type', 24, 8, bits(sampleBits)],
  ['read_format', 32, 8, bits(readBits)],
];
const tailFields: readonly (readonly [string, number, FieldBytes, FieldForm])[] = [
  ['{ wakeup_events, wakeup_watermark }', 48, 4, decimal],
  ['bp_type', 52, 4, decimal],
  ['{ bp_addr, config1 }', 56, 8, hex],
  ['{ bp_len, config2 }', 64, 8, hex],
  ['branch_sample_type', 72, 8, bits(branchBits)],
  ['sample_regs_user', 80, 8, hex],
  ['sample_stack_user', 88, 4, decimal],
  ['clockid', 92, 4, (value) => String(BigInt.asIntN(32, value))],
  ['sample_regs_intr', 96, 8, hex],
  ['aux_watermark', 104, 4, decimal],
  ['sample_max_stack', 108, 2, decimal],
  ['aux_sample_size', 112, 4, decimal],
  ['sig_data', 120, 8, decimal],
  ['config3', 128, 8, hex],
];

const FLAGS_AT = 40;

/** How many bits a flag has; it is one that the kernel knows, and `precise_ip`. */
const flags: readonly (readonly [string, bit: number, count: number])[] = [
  ...Object.entries(flagBits).map(([name, bit]) => [perfName(name), bit, 1] as const),
  ['precise_ip', 15, 2] as const,
].sort(([, a], [, b]) => a - b);

function perfName(name: string): string {
  return name.replace(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}

/**
 * Each field of an attr that is not 0, as `perf evlist -v` shows it.
 * @param attr `struct perf_event_attr` as a file has it: what is behind its end is 0
 */
export function attrFields(attr: Uint8Array, littleEndian: boolean): string[] {
  const view = new DataView(attr.buffer, attr.byteOffset, attr.byteLength);
  const size = Math.min(attr.length, view.getUint32(4, littleEndian) || 64);
  const told = (fields: typeof headFields): string[] =>
    fields.flatMap(([name, at, length, form]) => {
      const value = at + length <= size ? valueAt(view, at, length, littleEndian) : 0n;
      return value === 0n ? [] : [`${name}: ${form(value)}`];
    });
  return [
    ...told(headFields),
    ...flagTexts(view.getBigUint64(FLAGS_AT, littleEndian), littleEndian),
    ...told(tailFields),
  ];
}

function valueAt(view: DataView, at: number, length: FieldBytes, littleEndian: boolean): bigint {
  if (length === 8) return view.getBigUint64(at, littleEndian);
  return BigInt(length === 4 ? view.getUint32(at, littleEndian) : view.getUint16(at, littleEndian));
}

/** Compilers count bit-fields from the other end on the other kind of machine. */
function flagTexts(word: bigint, littleEndian: boolean): string[] {
  return flags.flatMap(([name, bit, count]) => {
    const shift = littleEndian ? bit : 64 - bit - count;
    const value = (word >> BigInt(shift)) & ((1n << BigInt(count)) - 1n);
    return value === 0n ? [] : [`${name}: ${value}`];
  });
}
