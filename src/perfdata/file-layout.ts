/**
 * The layout of a perf.data file. Source: tools/perf/Documentation/perf.data-file-format.txt and tools/perf/util/header.h
 * of Linux 6.18; all numbers little-endian as written here.
 *
 * ```
 *  header │ ids of event 0 │ ids of event 1 │ … │ attrs │ data: records … │ table of features │ their contents
 * ```
 */

/** `PERFILE2`, read as a little-endian number. */
export const MAGIC = 0x32454c4946524550n;

/** Bytes of struct perf_file_header. */
export const FILE_HEADER_BYTES = 104;

/** What a piped recording begins with instead: struct perf_pipe_file_header, which is a magic number and this length. */
export const PIPE_HEADER_BYTES = 16;

/** Where in it the fields are. A section is an offset in the file and a length, both u64. */
export const HeaderOffset = { magic: 0, size: 8, attrSize: 16, attrs: 24, data: 40, features: 72 } as const;

/** Bytes of struct perf_file_section. */
export const SECTION_BYTES = 16;

/**
 * Bits of `adds_features`: `enum` of tools/perf/util/header.h, those that are written here. Their sections follow the
 * data in the order of these numbers.
 */
export const Feature = {
  tracingData: 1,
  buildId: 2,
  hostname: 3,
  osRelease: 4,
  version: 5,
  arch: 6,
  cpuCount: 7,
  cpuDescription: 8,
  cpuId: 9,
  totalMemory: 10,
  commandLine: 11,
  eventDescription: 12,
  cpuTopology: 13,
  numaTopology: 14,
  groupDescription: 17,
  sampleTime: 21,
  clockId: 23,
  clockData: 29,
} as const;
