import { builtinMetricNames } from '../events/builtin-metrics';
import { changeKeys } from '../gang/registry/change';

/**
 * What shells offer for an option or a word of a command. More than that can be right, or it is checked where it is used, so
 * they are no choices of the command line.
 */
export const offeredValues: Readonly<Record<string, readonly string[]>> = {
  'stat --metrics': builtinMetricNames(),
  'record --clockid': ['monotonic', 'monotonic_raw', 'realtime', 'boottime', 'tai'],
  'record --synth': ['all', 'task', 'mmap', 'cgroup', 'no'],
  'record --call-graph': ['fp', 'dwarf'],
  'diff --compute': ['delta-abs', 'delta', 'ratio'],
  'ctl order': ['enable', 'disable', 'status', 'stop', 'set'],
  'ctl values': changeKeys.map((key) => `${key}=`),
};

/** Words that are offered only behind another one. */
export const offeredBehind: Readonly<Record<string, string>> = { 'ctl values': 'set' };
