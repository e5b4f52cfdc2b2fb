/** Records by type, and their names in perf's `--stats`. Source: tools/perf/util/event.c, Linux 6.18. */
const names: Record<number, string> = {
  1: 'MMAP',
  2: 'LOST',
  3: 'COMM',
  4: 'EXIT',
  5: 'THROTTLE',
  6: 'UNTHROTTLE',
  7: 'FORK',
  8: 'READ',
  9: 'SAMPLE',
  10: 'MMAP2',
  11: 'AUX',
  12: 'ITRACE_START',
  13: 'LOST_SAMPLES',
  14: 'SWITCH',
  15: 'SWITCH_CPU_WIDE',
  16: 'NAMESPACES',
  17: 'KSYMBOL',
  18: 'BPF_EVENT',
  19: 'CGROUP',
  20: 'TEXT_POKE',
  64: 'ATTR',
  66: 'TRACING_DATA',
  67: 'BUILD_ID',
  68: 'FINISHED_ROUND',
  69: 'ID_INDEX',
  73: 'THREAD_MAP',
  74: 'CPU_MAP',
  79: 'TIME_CONV',
  80: 'HEADER_FEATURE',
  81: 'COMPRESSED',
  82: 'FINISHED_INIT',
};

/** How many records of each type there are, by type. */
export function statsText(records: ReadonlyMap<number, number>): string {
  const total = [...records.values()].reduce((sum, count) => sum + count, 0);
  const line = (name: string, count: number): string => `${name.padStart(16)} events: ${String(count).padStart(10)}`;
  const each = [...records]
    .sort(([a], [b]) => a - b)
    .map(([type, count]) => {
      const share = ((count * 100) / total).toFixed(1).padStart(4);
      return `${line(names[type] ?? `type ${type}`, count)}  (${share}%)`;
    });
  return ['', 'Aggregated stats:', line('TOTAL', total), ...each, ''].join('\n');
}
