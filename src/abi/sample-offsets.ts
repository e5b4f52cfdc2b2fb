import { SampleType } from './perf-event';

/**
 * Where the fields of an event's samples are, in bytes from the beginning of the body; -1 for those it does not take. For
 * who reads millions of samples: see `decodeSample` for all others.
 * Source: the layout of PERF_RECORD_SAMPLE in include/uapi/linux/perf_event.h, Linux 6.18.
 */
export interface SampleOffsets {
  readonly identifier: number;
  readonly ip: number;
  /** pid and tid, a u32 each. */
  readonly tid: number;
  readonly time: number;
  readonly addr: number;
  readonly id: number;
  readonly cpu: number;
  readonly period: number;
  /** Where the fields of no fixed length begin: counts, call chain, raw data. */
  readonly variable: number;
  readonly hasCounts: boolean;
  readonly hasCallchain: boolean;
  readonly hasRaw: boolean;
  /** Where the id of its cgroup is, in bytes from the end of the body: what lies before it has no fixed length. */
  readonly cgroupFromEnd: number;
}

/** @param sampleType of the attr */
export function sampleOffsets(sampleType: bigint): SampleOffsets {
  let at = 0;
  const place = (field: bigint): number => {
    if ((sampleType & field) === 0n) return -1;
    at += 8;
    return at - 8;
  };
  const [identifier, ip, tid, time] = [
    place(SampleType.identifier),
    place(SampleType.ip),
    place(SampleType.tid),
    place(SampleType.time),
  ];
  const [addr, id] = [place(SampleType.addr), place(SampleType.id)];
  place(SampleType.streamId);
  const [cpu, period] = [place(SampleType.cpu), place(SampleType.period)];
  const has = (field: bigint): boolean => (sampleType & field) !== 0n;
  return {
    ...{ identifier, ip, tid, time, addr, id, cpu, period },
    variable: at,
    hasCounts: has(SampleType.read),
    hasCallchain: has(SampleType.callchain),
    hasRaw: has(SampleType.raw),
    cgroupFromEnd: cgroupFromEnd(has),
  };
}

/** -1 also where data of AUX areas, of any length, are the last field. */
function cgroupFromEnd(has: (field: bigint) => boolean): number {
  if (!has(SampleType.cgroup) || has(SampleType.aux)) return -1;
  return 8 + [SampleType.dataPageSize, SampleType.codePageSize].filter(has).length * 8;
}

/** Where the time is in what other records end with (`sample_id_all`), from its beginning, and how long that is. */
export function trailerOffsets(sampleType: bigint): { readonly bytes: number; readonly time: number } {
  const { tid, time, id, streamId, cpu, identifier } = SampleType;
  const fields = [tid, time, id, streamId, cpu, identifier].filter((field) => (sampleType & field) !== 0n);
  return { bytes: fields.length * 8, time: fields.includes(time) ? fields.indexOf(time) * 8 : -1 };
}
