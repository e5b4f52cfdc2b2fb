import { PerfType } from '../../abi/perf-event';
import type { Owner } from '../../perfdata/input-file';
import type { SymbolPlaces } from '../../profile/programs';
import type { RecordedEvent } from '../../profile/recorded-event';
import type { SampleFilter } from '../../profile/sample-filter';
import { shownTypes } from '../../report/script/record-text';
import { fieldNames, type ScriptField, type ScriptView } from '../../report/script/script-view';
import { type RawFilterOptions, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';

/** The option values as commander hands them over. */
export interface RawScriptOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions {
  readonly input: string;
  readonly fields?: string;
  readonly hideCallGraph?: boolean;
  /** True: functions that the compiler put into others are shown. */
  readonly inline?: boolean;
  readonly ns?: boolean;
  readonly reltime?: boolean;
  readonly deltatime?: boolean;
  readonly showTaskEvents?: boolean;
  readonly showMmapEvents?: boolean;
  readonly showSwitchEvents?: boolean;
  readonly showNamespaceEvents?: boolean;
  readonly showLostEvents?: boolean;
  readonly showCgroupEvents?: boolean;
  readonly showBpfEvents?: boolean;
  readonly showRoundEvents?: boolean;
  readonly showTextPokeEvents?: boolean;
}

/** What the command line of `script` said, checked for sense. */
export interface ScriptOptions {
  readonly owner: Owner;
  readonly input: string;
  readonly symbols: SymbolPlaces;
  readonly filter: SampleFilter;
  readonly view: ScriptView;
  /** Whether functions that the compiler put into others are shown. */
  readonly inlines: boolean;
  /** Types of records that are shown, too. */
  readonly others: ReadonlySet<number>;
}

/** @throws SyswideError USAGE when options make no sense */
export function scriptOptions(raw: RawScriptOptions): ScriptOptions {
  if (raw.reltime && raw.deltatime) {
    throw usage('--reltime and --deltatime together', 'both say since when', 'choose one of them');
  }
  const relative = raw.reltime ? 'first' : raw.deltatime ? 'previous' : undefined;
  const callChains = !raw.hideCallGraph;
  return {
    input: raw.input,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: recordingFilter(raw),
    others: othersOf(raw),
    inlines: raw.inline ?? false,
    view: {
      fieldsOf: fieldsOf(raw.fields, callChains),
      callChains,
      nanoseconds: raw.ns ?? false,
      ...(relative === undefined ? {} : { relative }),
    },
  };
}

function othersOf(raw: RawScriptOptions): Set<number> {
  return new Set<number>([
    ...(raw.showTaskEvents ? shownTypes.task : []),
    ...(raw.showMmapEvents ? shownTypes.mmap : []),
    ...(raw.showSwitchEvents ? shownTypes.switch : []),
    ...(raw.showNamespaceEvents ? shownTypes.namespace : []),
    ...(raw.showLostEvents ? shownTypes.lost : []),
    ...(raw.showCgroupEvents ? shownTypes.cgroup : []),
    ...(raw.showBpfEvents ? shownTypes.bpf : []),
    ...(raw.showRoundEvents ? shownTypes.round : []),
    ...(raw.showTextPokeEvents ? shownTypes.textPoke : []),
  ]);
}

const common = ['comm', 'tid', 'cpu', 'time', 'event'] as const;
const place = ['ip', 'sym', 'symoff', 'dso'] as const;

/** perf's defaults: tracepoints show their data, and where they were only with call chains. */
function defaultsOf({ type, offsets }: RecordedEvent, callChains: boolean): ScriptField[] {
  if (type !== PerfType.tracepoint) return [...common, 'period', ...place];
  return [...common, 'trace', ...(callChains && offsets.hasCallchain ? place : [])];
}

/** @param text a list; with + and - before names, what is more or less than by default */
function fieldsOf(text: string | undefined, callChains: boolean): ScriptView['fieldsOf'] {
  if (text === undefined) return (event) => new Set(defaultsOf(event, callChains));
  const words = text.split(',').map((word) => /^([-+]?)(.*)$/.exec(word) ?? []);
  const fields = words.map(([, sign = '', name = '']) => ({ sign, field: fieldOf(name) }));
  const changes = fields.some(({ sign }) => sign !== '');
  if (changes && fields.some(({ sign }) => sign === '')) {
    throw usage(`-F '${text}'`, 'some have a sign and some have none', 'write -F comm,time or -F +pid,-period');
  }
  if (!changes && fields.some(({ field }) => field === 'srcline') && !fields.some(({ field }) => field === 'ip')) {
    throw usage(`-F '${text}'`, 'lines of the source are those of addresses', 'add ip');
  }
  return (event) => {
    const shown = new Set<ScriptField>(changes ? defaultsOf(event, callChains) : []);
    for (const { sign, field } of fields) {
      if (sign === '-') shown.delete(field);
      else shown.add(field);
    }
    return shown;
  };
}

function fieldOf(name: string): ScriptField {
  const found = fieldNames.find((field) => field === name);
  if (found) return found;
  throw usage(`-F '${name}'`, 'there is no such field', `write some of ${fieldNames.join(', ')}`);
}
