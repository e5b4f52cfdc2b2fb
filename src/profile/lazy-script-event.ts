import type { TracepointFormat } from '../host/tracepoint-format';
import { demangled } from '../symbols/demangle';
import type { Cells } from './cells';
import { isContext, isDamagedChain, Mode, modeOf } from './chain-context';
import type { Memory } from './memory';
import type { Place, Places } from './places';
import type { ScriptEvent, ScriptFrame, TraceValue } from './script-event';
import { TraceData, type TraceField } from './trace/trace-data';

/** What an event is made of: what it tells, and what the rest is worked out from. */
export interface ScriptSource extends Omit<ScriptEvent, 'fields' | 'callchain'> {
  /** Of a tracepoint, its own. */
  readonly raw?: DataView;
  readonly format?: TracepointFormat;
  readonly littleEndian: boolean;
  /** Addresses and contexts in two halves. */
  readonly chain: Int32Array;
  readonly memory: Memory;
  readonly places: Places;
}

/** An event that decodes what is asked of it, when it is asked. */
export class LazyScriptEvent implements ScriptEvent {
  readonly name: string;
  readonly time: bigint;
  readonly cpu: number;
  readonly pid: number;
  readonly tid: number;
  readonly comm: string;
  readonly period: number;
  readonly ip: bigint;
  readonly addr: bigint;
  readonly #source: ScriptSource;
  #fields: Record<string, TraceValue> | undefined;
  #callchain: readonly ScriptFrame[] | undefined;

  /** @param source is kept: its raw data and chain have to be its own */
  constructor(source: ScriptSource) {
    this.name = source.name;
    this.time = source.time;
    this.cpu = source.cpu;
    this.pid = source.pid;
    this.tid = source.tid;
    this.comm = source.comm;
    this.period = source.period;
    this.ip = source.ip;
    this.addr = source.addr;
    this.#source = source;
  }

  get fields(): Readonly<Record<string, TraceValue>> {
    this.#fields ??= fieldsOf(this.#source);
    return this.#fields;
  }

  get callchain(): readonly ScriptFrame[] {
    this.#callchain ??= [...framesOf(this.#source)];
    return this.#callchain;
  }
}

function fieldsOf({ raw, format, littleEndian }: ScriptSource): Record<string, TraceValue> {
  // Without a prototype: a field may have any name.
  const fields: Record<string, TraceValue> = Object.create(null);
  if (!raw || !format) return fields;
  const data = new TraceData(format, littleEndian);
  data.take(raw);
  for (const field of data.fields) {
    if (!field.name.startsWith('common_')) fields[field.name] = fieldValue(data, field);
  }
  return fields;
}

function fieldValue(data: TraceData, field: TraceField): TraceValue {
  if (field.isText && (field.dynamic === undefined || /\bchar\b/.test(field.type))) return data.text(field);
  if (field.dynamic !== undefined) return [...data.bytes(field)];
  const value = (index: number) => exact(data.number(field, index), field.elementSize);
  return field.length > 1 ? Array.from({ length: field.length }, (_, i) => value(i)) : value(0);
}

/** Of one field, all values are of one type. */
const exact = (value: bigint, bytes: number): number | bigint => (bytes > 4 ? value : Number(value));

function* framesOf({ chain, memory, places }: ScriptSource): Generator<ScriptFrame> {
  let mode: number = Mode.user;
  if (isDamagedChain(chain, 0, chain.length)) return;
  for (let at = 0; at + 1 < chain.length; at += 2) {
    const [low, high] = [chain[at] ?? 0, chain[at + 1] ?? 0];
    if (isContext(low, high)) {
      mode = modeOf(low);
      continue;
    }
    const ip = (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
    yield frameAt(ip, places.placeAt(mode, memory, low, high), places.cells);
  }
}

function frameAt(ip: bigint, { cell, offset }: Place, cells: Cells): ScriptFrame {
  const name = cells.at(cell)?.name;
  return {
    ip,
    ...(name === undefined ? {} : { symbol: demangled(name) }),
    ...(offset === undefined ? {} : { offset }),
    dso: cells.dsos.textOf(cells.dsoOf(cell)),
  };
}
