import { jsonText } from '../../base/safe-text';
import type { FlameModel } from '../flamegraph/view/flame-data';
import { frameDso, markedName, threadOf } from './stack-sums';

/** The Trace Event Format, with `stackFrames` and `samples`; times in µs since the first sample. */
export function chromeTrace(data: FlameModel): string {
  const stackFrames: Record<string, { name: string; category: string; parent?: string }> = {};
  for (let node = 1; node < data.parent.length; node += 1) {
    const [frame, parent] = [data.frame[node] ?? 0, data.parent[node] ?? 0];
    const above = parent > 0 ? { parent: String(parent) } : {};
    stackFrames[node] = { name: markedName(data, frame), category: frameDso(data, frame), ...above };
  }
  const traceEvents = data.meta.threads.map(({ pid, tid, comm }) => ({
    ...{ ph: 'M', name: 'thread_name', pid, tid },
    args: { name: comm },
  }));
  const samples = [...data.time.keys()].map((i) => ({
    ...cpuOf(data.meta.cpus[data.cpu[i] ?? 0] ?? -1),
    tid: threadOf(data, i).tid,
    ts: (data.time[i] ?? 0) / 1000,
    name: data.meta.events[data.event[i] ?? 0] ?? '',
    sf: String(data.node[i] ?? 0),
    weight: data.period[i] ?? 0,
  }));
  return jsonText({ displayTimeUnit: 'ns', traceEvents, stackFrames, samples });
}

/** Nothing for samples that do not tell. */
const cpuOf = (cpu: number): { cpu?: number } => (cpu < 0 ? {} : { cpu });
