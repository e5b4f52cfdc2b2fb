import { SyswideError } from '../base/error';
import { CpuMask } from '../host/cpu-mask';
import type { TracepointField, TracepointFormat } from '../host/tracepoint-format';
import type { EventSpecError } from './event-spec-error';
import { nearest } from './suggestions';
import { bad, type Predicate } from './tracepoint-filter';

/** How the kernel compares a field. Source: filter_assign_type() in kernel/trace/trace_events_filter.c, Linux 6.17. */
type FieldKind = 'text' | 'number' | 'cpu' | 'cpumask' | 'array';

interface KnownField {
  readonly kind: FieldKind;
  readonly signed: boolean;
  readonly size: number;
}

/** Fields that every tracepoint has without listing them. Source: trace_define_generic_fields(). */
const genericFields: ReadonlyMap<string, KnownField> = new Map([
  ['CPU', { kind: 'cpu', signed: true, size: 4 }],
  ['cpu', { kind: 'cpu', signed: true, size: 4 }],
  ['COMM', { kind: 'text', signed: true, size: 16 }],
  ['comm', { kind: 'text', signed: true, size: 16 }],
]);

/**
 * Checks a filter against a tracepoint's format, so that a mistake is named here: the kernel only says EINVAL.
 * @throws EventSpecError at the comparison that does not fit
 */
export function checkFilter(predicates: readonly Predicate[], format: TracepointFormat, tracepoint: string): void {
  for (const predicate of predicates) {
    const field = knownField(format, predicate.field);
    if (!field) throw unknownField(predicate, format, tracepoint);
    checkKind(predicate, field);
    if (predicate.kind === 'number') checkNumber(predicate, field);
    if (predicate.kind === 'cpus') checkCpus(predicate);
  }
}

/** The tracepoint's own fields come before the generic ones of the same name. */
function knownField(format: TracepointFormat, name: string): KnownField | undefined {
  const field = format.fields.find((one) => one.name === name);
  if (!field) return genericFields.get(name);
  return { kind: fieldKind(field), signed: field.signed, size: field.size };
}

function fieldKind({ type, size }: TracepointField): FieldKind {
  const isCharacters = type.includes('char');
  if (type.includes('__data_loc') && type.includes('cpumask_t')) return 'cpumask';
  if (isCharacters && (/__(?:data|rel)_loc/.test(type) || type.includes('['))) return 'text';
  if (type === 'char *' || type === 'const char *') return 'text';
  return [1, 2, 4, 8].includes(size) && !type.includes('[') ? 'number' : 'array';
}

function unknownField(predicate: Predicate, format: TracepointFormat, tracepoint: string): EventSpecError {
  const names = [...format.fields.map((field) => field.name), ...genericFields.keys()];
  const own = format.fields.flatMap(({ name }) => (name.startsWith('common_') ? [] : [name]));
  return bad(
    predicate.fieldAt,
    `${tracepoint} has no field '${predicate.field}'`,
    `use one of ${[...own.slice(0, 12), ...(own.length > 12 ? ['…'] : []), 'CPU', 'COMM'].join(', ')}`,
    nearest(predicate.field, names),
  );
}

const fits: Record<Predicate['kind'], { kinds: readonly FieldKind[]; operators: readonly string[] }> = {
  text: { kinds: ['text'], operators: ['==', '!=', '~'] },
  number: { kinds: ['number', 'cpu'], operators: ['==', '!=', '<', '<=', '>', '>=', '&'] },
  cpus: { kinds: ['number', 'cpu', 'cpumask'], operators: ['==', '!=', '&'] },
  function: { kinds: ['number'], operators: ['==', '!='] },
};

const what: Record<FieldKind, string> = {
  text: 'text: compare it with a quoted text',
  number: 'a number: compare it with a number',
  cpu: 'a CPU: compare it with a number, or & CPUS{0-3}',
  cpumask: 'a set of CPUs: compare it with CPUS{0-3}',
  array: 'an array, which the kernel cannot compare',
};

function checkKind(predicate: Predicate, field: KnownField): void {
  const { kinds, operators } = fits[predicate.kind];
  if (!kinds.includes(field.kind)) {
    throw bad(predicate.valueAt, `'${predicate.field}' is ${what[field.kind]}`, 'change the comparison');
  }
  if (!operators.includes(predicate.operator)) {
    throw bad(
      predicate.operatorAt,
      `'${predicate.operator}' does not work on ${predicate.kind === 'cpus' ? 'a set of CPUs' : `a ${predicate.kind}`}`,
      `use one of ${operators.join(' ')}`,
    );
  }
  if (predicate.kind === 'function' && field.size !== 8) {
    throw bad(predicate.fieldAt, `'${predicate.field}' is too narrow to be an address`, 'drop .function');
  }
}

function checkNumber(predicate: Predicate, field: KnownField): void {
  const isNegative = predicate.value.startsWith('-');
  const digits = predicate.value.replace(/^-/, '').replace(/^0(?=[0-7])/, '0o');
  const value = isNegative ? -BigInt(digits) : BigInt(digits);
  const [least, most] = field.signed ? [-(1n << 63n), (1n << 63n) - 1n] : [0n, (1n << 64n) - 1n];
  if (value >= least && value <= most) return;
  const why = isNegative && !field.signed ? `'${predicate.field}' is unsigned` : 'the number is wider than 64 bits';
  throw bad(predicate.valueAt, why, `write a number from ${least} to ${most}`);
}

function checkCpus(predicate: Predicate): void {
  try {
    CpuMask.parse(predicate.value);
  } catch (error) {
    if (error instanceof SyswideError) throw bad(predicate.valueAt, error.why, error.remedy);
    throw error;
  }
}
