import type { Owner } from '../../perfdata/input-file';
import type { SymbolPlaces } from '../../profile/programs';
import type { ChainLimit } from '../../report/script/chain-cut';
import { shownTypes } from '../../report/script/record-text';
import type { ScriptField, ScriptView } from '../../report/script/script-view';
import { type FunctionFilter, functionFilter, type RawFunctionOptions } from '../function-filter';
import { type RawFilterOptions, type RecordingFilter, recordingFilter } from '../recording-filter';
import { type RawForceOption, recordingOwner } from '../recording-owner';
import { stackDepth } from '../stack-depth';
import { type RawSymbolOptions, symbolPlaces } from '../symbol-options';
import { usage } from '../usage-error';
import { namedFields, scriptFields } from './script-fields';

/** The option values as commander hands them over. */
export interface RawScriptOptions extends RawForceOption, RawFilterOptions, RawSymbolOptions, RawFunctionOptions {
  readonly input: string;
  /** Each that was said, in their order. */
  readonly fields?: readonly string[];
  readonly maxStack?: string;
  readonly stopBt?: string;
  readonly header?: boolean;
  readonly headerOnly?: boolean;
  readonly dumpRawTrace?: boolean;
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
  readonly filter: RecordingFilter;
  /** Which functions samples are to be from. */
  readonly functions: FunctionFilter;
  /** Absent: call chains are shown whole. */
  readonly limit?: ChainLimit;
  readonly header: boolean;
  /** Instead of samples. */
  readonly only?: 'header' | 'dump';
  readonly view: ScriptView;
  /** Fields that were asked for by their names. */
  readonly named: ReadonlySet<ScriptField>;
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
  const limit = limitOf(raw);
  const only = raw.dumpRawTrace ? 'dump' : raw.headerOnly ? 'header' : undefined;
  return {
    input: raw.input,
    symbols: symbolPlaces(raw),
    owner: recordingOwner(raw),
    filter: filterOf(raw),
    functions: functionFilter(raw),
    ...(limit ? { limit } : {}),
    header: (raw.header || raw.headerOnly) ?? false,
    ...(only ? { only } : {}),
    others: othersOf(raw),
    inlines: raw.inline ?? false,
    named: namedFields(raw.fields),
    view: {
      fieldsOf: scriptFields(raw.fields, callChains),
      callChains,
      nanoseconds: raw.ns ?? false,
      ...(relative === undefined ? {} : { relative }),
    },
  };
}

/** As perf has it, `--time` is of the times that are shown. */
const filterOf = (raw: RawScriptOptions): RecordingFilter => ({
  ...recordingFilter(raw),
  ...(raw.reltime ? { isSinceFirst: true } : {}),
});

function limitOf({ maxStack, stopBt }: RawScriptOptions): ChainLimit | undefined {
  if (maxStack === undefined && stopBt === undefined) return undefined;
  return {
    ...(maxStack === undefined ? {} : { most: stackDepth(maxStack) }),
    ...(stopBt === undefined ? {} : { stops: new Set(stopBt.split(',')) }),
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
