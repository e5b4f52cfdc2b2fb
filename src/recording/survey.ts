import { RecordType } from '../abi/ring-page';
import { type Cpu, cpu } from '../base/units';
import { PerfDataReader } from '../perfdata/perf-data-reader';

/** What a recording holds, and what it does not. */
export interface Survey {
  readonly samples: number;
  /** By CPU: records that the kernel had no room for. */
  readonly lost: ReadonlyMap<Cpu, bigint>;
  /** By CPU: how often the kernel stopped an event for coming too often. */
  readonly throttled: ReadonlyMap<Cpu, number>;
  /** Of the first and of the last sample, ns of the recording's clock; absent without any. */
  readonly sampleTime?: { readonly first: bigint; readonly last: bigint };
}

/** Where the time is in a sample of ours: behind identifier, ip, pid and tid. */
const TIME_OFFSET = 24;
/** Where the CPU is in the trailer of every other record, from its end: before the identifier. */
const CPU_FROM_END = 16;

/**
 * Goes through a recording of ours, which has to be synced, once it has ended: nothing is looked at while it runs.
 * @throws SyswideError BAD_FILE
 */
export function survey(path: string): Survey {
  const reader = PerfDataReader.open(path);
  try {
    return surveyRecords(reader);
  } finally {
    reader.close();
  }
}

function surveyRecords(reader: PerfDataReader): Survey {
  const tally = new Tally();
  for (const { type, body } of reader.records()) {
    if (type === RecordType.sample) tally.sample(body);
    else if (type === RecordType.lost) tally.lose(body, body.getBigUint64(8, true));
    else if (type === RecordType.lostSamples) tally.lose(body, body.getBigUint64(0, true));
    else if (type === RecordType.throttle) tally.throttle(body);
  }
  return tally.survey;
}

class Tally {
  #samples = 0;
  #first = 2n ** 64n;
  #last = 0n;
  readonly #lost = new Map<Cpu, bigint>();
  readonly #throttled = new Map<Cpu, number>();

  sample(body: DataView): void {
    this.#samples += 1;
    const time = body.getBigUint64(TIME_OFFSET, true);
    if (time < this.#first) this.#first = time;
    if (time > this.#last) this.#last = time;
  }

  lose(body: DataView, records: bigint): void {
    const on = cpuOf(body);
    this.#lost.set(on, (this.#lost.get(on) ?? 0n) + records);
  }

  throttle(body: DataView): void {
    const on = cpuOf(body);
    this.#throttled.set(on, (this.#throttled.get(on) ?? 0) + 1);
  }

  get survey(): Survey {
    const [samples, first, last] = [this.#samples, this.#first, this.#last];
    return {
      samples,
      lost: this.#lost,
      throttled: this.#throttled,
      ...(samples > 0 ? { sampleTime: { first, last } } : {}),
    };
  }
}

const cpuOf = (body: DataView): Cpu => cpu(body.getUint32(body.byteLength - CPU_FROM_END, true));
