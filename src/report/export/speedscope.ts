import { jsonText } from '../../base/safe-text';
import type { FlameModel } from '../flamegraph/view/flame-data';
import { frameDso, framesOf, markedName, threadOf } from './stack-sums';

/** A profile for each thread, in the order of time, as https://www.speedscope.app/file-format-schema.json says. */
export function speedscope(data: FlameModel): string {
  const byThread = new Map<string, { name: string; samples: number[] }>();
  const order = [...data.time.keys()].sort((a, b) => (data.time[a] ?? 0) - (data.time[b] ?? 0));
  for (const sample of order) {
    const { pid, tid, comm } = threadOf(data, sample);
    const key = `${pid} ${tid} ${data.event[sample]}`;
    const event = data.meta.events.length > 1 ? ` ${data.meta.events[data.event[sample] ?? 0]}` : '';
    const profile = byThread.get(key) ?? { name: `${comm} ${pid}/${tid}${event}`, samples: [] };
    byThread.set(key, profile);
    profile.samples.push(sample);
  }
  const profiles = [...byThread.values()]
    .sort((a, b) => b.samples.length - a.samples.length)
    .map(({ name, samples }) => ({
      type: 'sampled',
      name,
      unit: 'none',
      startValue: 0,
      endValue: samples.length,
      samples: samples.map((sample) => framesOf(data, data.node[sample] ?? 0)),
      weights: samples.map(() => 1),
    }));
  return jsonText({
    $schema: 'https://www.speedscope.app/file-format-schema.json',
    exporter: 'syswide',
    name: data.meta.title,
    activeProfileIndex: 0,
    shared: {
      frames: [...data.frameName.keys()].map((frame) => ({
        name: markedName(data, frame),
        file: frameDso(data, frame),
      })),
    },
    profiles,
  });
}
