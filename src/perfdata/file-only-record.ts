/**
 * Records that no kernel writes: PERF_RECORD_* from PERF_RECORD_USER_TYPE_START on, those that are read or written here;
 * FINISHED_ROUND is among the others. Source: tools/lib/perf/include/perf/event.h, Linux 6.18.
 */
export const FileOnlyRecord = {
  /** Those of the kernel are below it. */
  first: 64,
  /** An event and its ids; in pipes. */
  attr: 64,
  /** The layout of tracepoints follows the record; in pipes. */
  tracingData: 66,
  buildId: 67,
  /** Trace data follow the record. */
  auxtrace: 71,
  /** What has changed of an event. */
  eventUpdate: 78,
  /** What stands in a section of a file; in pipes. */
  feature: 80,
  /** A piece of a zstd stream of records. */
  compressed: 81,
  /** The same, behind how long it is. */
  compressed2: 83,
} as const;

/** What an `eventUpdate` tells of an event: PERF_EVENT_UPDATE__* of the same file. Behind it stands the id of the event. */
export const EventUpdate = { name: 2n, cpus: 3n } as const;
