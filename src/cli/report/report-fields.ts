import { sortKeys as known, type SortKey } from '../../profile/histogram';
import { isMetric, type ReportField } from '../../report/profile/histogram-columns';
import { usage } from '../usage-error';

/** What entries are told apart by, what is shown of them, and in which order. */
export interface ReportFields {
  readonly keys: readonly SortKey[];
  readonly columns: readonly ReportField[];
  /** Absent: the largest first. */
  readonly by?: readonly ReportField[];
}

/** perf's names of keys. */
const keyNames: readonly string[] = [...known, 'symbol'];

const keyOf = (name: string): SortKey | undefined => known.find((key) => key === (name === 'symbol' ? 'sym' : name));

const metricNames = ['overhead', 'overhead_children', 'overhead_sys', 'overhead_us', 'sample', 'period'] as const;

/** perf's default. */
const DEFAULT_KEYS = 'comm,dso,sym';

/**
 * @param allowed names that may be used; all where it is not said
 * @throws SyswideError USAGE for what is no key
 */
export function sortKeys(text: string, allowed: readonly string[] = keyNames): SortKey[] {
  return [...new Set(text.split(',').map((word) => sortKey(word, allowed)))];
}

function sortKey(word: string, allowed: readonly string[]): SortKey {
  const key = allowed.includes(word) ? keyOf(word) : undefined;
  if (key) return key;
  throw usage(`--sort '${word}'`, 'there is no such key', `write some of ${allowed.join(', ')}`);
}

/** What the two options say, and what stands there without them. */
export interface FieldsRequest {
  /** Of `-F`. */
  readonly fields: string | undefined;
  readonly sort: string | undefined;
  readonly children: boolean;
  /** Numbers that are shown besides. */
  readonly numbers: readonly ReportField[];
  /** Whether it was said which functions are parents: they are a key then. */
  readonly parents: boolean;
}

/**
 * As perf has it: `-F` says what is shown and, without `-s`, sorted by; with a `+` before it, what is shown besides. So it is
 * with `-s`.
 * @throws SyswideError USAGE for what is no field
 */
export function reportFields({ fields, sort, children, numbers, parents }: FieldsRequest): ReportFields {
  const shares: ReportField[] = children ? ['overhead_children', 'overhead'] : ['overhead'];
  const last: SortKey[] = parents ? ['parent'] : [];
  const isMore = fields?.startsWith('+') ?? false;
  if (fields === undefined || isMore) {
    const keys = [...sortKeys(sort?.replace(/^\+/, `${DEFAULT_KEYS},`) ?? DEFAULT_KEYS), ...last];
    const more = fields === undefined ? [] : fieldsIn(fields.slice(1));
    const columns = [...new Set([...shares, ...numbers, ...more, ...keys])];
    return { keys: columns.filter(isKey), columns };
  }
  const shown = fieldsIn(fields);
  const keys = [...(sort === undefined ? [] : sortKeys(sort.replace(/^\+/, ''))), ...last];
  const columns = [...new Set([...shown, ...keys])];
  // What is largest first is the first of the shares: where that is not shown, nobody would see an order.
  const [usual] = shares;
  const isUsual = sort === undefined ? !parents && shown[0] === usual : shown.some((field) => field === usual);
  return { keys: columns.filter(isKey), columns, ...(isUsual ? {} : { by: [...last, ...shown] }) };
}

const isKey = (field: ReportField): field is SortKey => !isMetric(field);

function fieldsIn(text: string): ReportField[] {
  return text.split(',').map((part) => {
    const word = part.startsWith('+') ? part.slice(1) : part;
    const field = metricNames.find((name) => name === word) ?? keyOf(word);
    if (field) return field;
    const all = [...metricNames, ...keyNames].join(', ');
    throw usage(`-F '${word}'`, 'there is no such field', `write some of ${all}`);
  });
}
