import { PerfType } from '../../abi/perf-event';
import type { SampleOffsets } from '../../abi/sample-offsets';
import { SyswideError } from '../../base/error';
import type { RecordedEvent } from '../../profile/recorded-event';
import { fieldNames, type ScriptField, type ScriptView } from '../../report/script/script-view';
import { usage } from '../usage-error';

const common = ['comm', 'tid', 'cpu', 'time', 'event'] as const;
const place = ['ip', 'sym', 'symoff', 'dso'] as const;

/** perf's defaults: tracepoints show their data, and where they were only with call chains. */
function defaultsOf({ type, offsets }: RecordedEvent, callChains: boolean): ScriptField[] {
  if (type !== PerfType.tracepoint) return [...common, 'period', ...place];
  return [...common, 'trace', ...(callChains && offsets.hasCallchain ? place : [])];
}

/** perf's words for types of events, before lists that are only of those. */
const typeNames = new Map<string, (type: number) => boolean>([
  ['hw', (type) => type === PerfType.hardware],
  ['sw', (type) => type === PerfType.software],
  ['trace', (type) => type === PerfType.tracepoint],
  ['raw', (type) => type === PerfType.raw],
]);

/** What one list of fields says. */
interface FieldList {
  readonly isOf: (type: number) => boolean;
  readonly isOfAll: boolean;
  /** Whether it changes what there is, by signs. */
  readonly changes: boolean;
  readonly fields: readonly { readonly sign: string; readonly field: ScriptField }[];
}

/**
 * Which fields are shown of an event.
 * @param texts lists, one after the other; with + and - before names, what is more or less than before
 * @throws SyswideError USAGE for what is no field
 */
export function scriptFields(texts: readonly string[] = [], callChains: boolean): ScriptView['fieldsOf'] {
  const lists = texts.map(fieldList);
  return (event) => {
    let shown: ReadonlySet<ScriptField> = new Set(defaultsOf(event, callChains));
    for (const list of lists) if (list.isOf(event.type)) shown = changed(shown, list);
    return shown;
  };
}

/**
 * Those that lists name as to be shown. Of lists for one type of events, perf leaves out what there is not, and scripts may
 * have come to count on that.
 * @throws SyswideError USAGE for what is no field
 */
export function namedFields(texts: readonly string[] = []): ReadonlySet<ScriptField> {
  const lists = texts.map(fieldList).filter(({ isOfAll }) => isOfAll);
  return new Set(lists.flatMap(({ fields }) => fields.filter(({ sign }) => sign !== '-').map(({ field }) => field)));
}

/**
 * Who reads columns would take the next one for a field that is not there.
 * @throws SyswideError BAD_FILE for a field that was named, and that no event has which would show it
 */
export function checkFields(
  named: ReadonlySet<ScriptField>,
  fieldsOf: ScriptView['fieldsOf'],
  events: readonly RecordedEvent[],
): void {
  for (const field of named) {
    const shown = events.filter((event) => fieldsOf(event).has(field));
    if (shown.length === 0 || shown.some(({ offsets }) => tells(offsets, field))) continue;
    throw new SyswideError('BAD_FILE', {
      what: `cannot show ${field} of the samples`,
      why: 'the recording does not tell it',
      remedy: `leave it out of -F, or ${remedies[field] ?? 'record it anew with syswide record'}`,
    });
  }
}

const remedies: Partial<Record<ScriptField, string>> = {
  addr: 'record it with -d',
  cgroup: 'record it with --all-cgroups',
  cpu: 'record it with --sample-cpu',
  time: 'record it with -T',
};

function tells(offsets: SampleOffsets, field: ScriptField): boolean {
  if (field === 'cpu' || field === 'time' || field === 'addr' || field === 'ip') return offsets[field] >= 0;
  if (field === 'cgroup') return offsets.cgroupFromEnd >= 0;
  return !(field === 'tid' || field === 'pid') || offsets.tid >= 0;
}

function changed(shown: ReadonlySet<ScriptField>, { changes, fields }: FieldList): ReadonlySet<ScriptField> {
  const now = new Set(changes ? shown : []);
  for (const { sign, field } of fields) {
    if (sign === '-') now.delete(field);
    else now.add(field);
  }
  return now;
}

function fieldList(text: string): FieldList {
  const [, type, list = ''] = /^(?:(\w+):)?(.*)$/s.exec(text) ?? [];
  const isOf = type === undefined ? () => true : typeNames.get(type);
  if (!isOf) throw usage(`-F '${text}'`, `there is no such type`, `write one of ${[...typeNames.keys()].join(', ')}`);
  const words =
    list === '' && type !== undefined ? [] : list.split(',').map((word) => /^([-+]?)(.*)$/.exec(word) ?? []);
  const fields = words.map(([, sign = '', name = '']) => ({ sign, field: fieldOf(name) }));
  const changes = fields.some(({ sign }) => sign !== '');
  if (changes && fields.some(({ sign }) => sign === '')) {
    throw usage(`-F '${text}'`, 'some have a sign and some have none', 'write -F comm,time or -F +pid,-period');
  }
  if (!changes) checkCompany(text, new Set(fields.map(({ field }) => field)));
  return { isOf, isOfAll: type === undefined, changes, fields };
}

/** @throws SyswideError USAGE for a field that is shown beside another one only */
function checkCompany(text: string, fields: ReadonlySet<ScriptField>): void {
  if (fields.has('srcline') && !fields.has('ip')) {
    throw usage(`-F '${text}'`, 'lines of the source are those of addresses', 'add ip');
  }
  if (fields.has('symoff') && !fields.has('sym')) {
    throw usage(`-F '${text}'`, 'offsets are those from the beginning of functions', 'add sym');
  }
}

function fieldOf(name: string): ScriptField {
  const found = fieldNames.find((field) => field === name);
  if (found) return found;
  throw usage(`-F '${name}'`, 'there is no such field', `write some of ${fieldNames.join(', ')}`);
}
