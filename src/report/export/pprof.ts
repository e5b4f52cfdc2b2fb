import { gzipSync } from 'node:zlib';
import {
  Function as Func,
  Label,
  Line,
  Location,
  Mapping,
  Profile,
  Sample,
  StringTable,
  ValueType,
} from 'pprof-format';
import type { FlameData } from '../flamegraph/view/flame-data';
import { frameDso, frameName, framesOf, stackSums, threadOf } from './stack-sums';

/**
 * A gzipped profile.proto: a mapping for each program, a location for each function; samples are labelled with command,
 * thread, CPU and event.
 * @param builds build-ids in hexadecimal, by the name of the program
 */
export function pprof(data: FlameData, builds: ReadonlyMap<string, string>): Uint8Array {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(value);
  const frames = [...data.frameName.keys()];
  const mapping = data.meta.dsos.map(
    (dso, i) =>
      new Mapping({ id: i + 1, filename: text(dso), buildId: text(builds.get(dso) ?? ''), hasFunctions: true }),
  );
  const functions = frames.map(
    (frame) =>
      new Func({
        id: frame + 1,
        name: text(frameName(data, frame)),
        systemName: text(frameName(data, frame)),
        filename: text(frameDso(data, frame)),
      }),
  );
  const location = frames.map(
    (frame) =>
      new Location({
        id: frame + 1,
        mappingId: (data.frameDso[frame] ?? 0) + 1,
        line: [new Line({ functionId: frame + 1 })],
      }),
  );
  const cpus = Math.max(1, data.meta.cpus.length);
  const events = Math.max(1, data.meta.events.length);
  const sums = stackSums(
    data,
    (i) => ((data.thread[i] ?? 0) * cpus + (data.cpu[i] ?? 0)) * events + (data.event[i] ?? 0),
  );
  const sample = sums.map(({ sample: one, node, samples, period }) => {
    const { pid, tid, comm } = threadOf(data, one);
    const label = (key: string, value: string) => new Label({ key: text(key), str: text(value) });
    const number = (key: string, value: number) => new Label({ key: text(key), num: value });
    return new Sample({
      locationId: framesOf(data, node)
        .reverse()
        .map((frame) => frame + 1),
      value: [samples, period],
      label: [
        label('comm', comm),
        label('event', data.meta.events[data.event[one] ?? 0] ?? ''),
        number('pid', pid),
        number('tid', tid),
        number('cpu', data.meta.cpus[data.cpu[one] ?? 0] ?? 0),
      ],
    });
  });
  const profile = new Profile({
    sampleType: [
      new ValueType({ type: text('samples'), unit: text('count') }),
      new ValueType({ type: text('period'), unit: text('count') }),
    ],
    sample,
    mapping,
    location,
    function: functions,
    stringTable: strings,
    durationNanos: Math.round(data.meta.duration),
  });
  return gzipSync(profile.encode());
}
