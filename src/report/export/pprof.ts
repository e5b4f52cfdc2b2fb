import { basename } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Label, type Mapping, Profile, Sample, StringTable, ValueType } from 'pprof-format';
import { visible } from '../../base/safe-text';
import { stackTree, TREE_ROOT } from '../../native/stack-tree';
import { PprofPlaces, type PprofSource } from './pprof-places';
import { framesOf, stackSums } from './stack-sums';

/**
 * A gzipped profile.proto: a mapping for each program, a location for each address with its functions, the inlined ones first;
 * samples are labelled with command, event, process, thread and CPU.
 */
export function pprof(source: PprofSource): Uint8Array {
  const strings = new StringTable();
  const text = (value: string) => strings.dedup(visible(value));
  const places = new PprofPlaces(source, text);
  const sample = samplesOf(source, text, (cell) => places.locationOf(cell));
  const { mapping, location, functions } = places;
  const { time } = source.profile.samples;
  const [first, last] = [time.reduce(least, Number.POSITIVE_INFINITY), time.reduce(most, 0)];
  const profile = new Profile({
    sampleType: ['samples', 'period'].map((type) => new ValueType({ type: text(type), unit: text('count') })),
    sample,
    mapping: mainFirst(source, mapping, (id) => strings.strings[Number(id)] ?? ''),
    location,
    function: functions,
    stringTable: strings,
    durationNanos: time.length === 0 ? 0 : Math.round(last - first),
  });
  return gzipSync(profile.encode());
}

/** The first mapping is taken for the program: that which the command with most samples is called by. */
function mainFirst(
  { profile, comms }: PprofSource,
  mapping: readonly Mapping[],
  text: (id: number | bigint) => string,
): Mapping[] {
  const counts = new Map<number, number>();
  for (const id of profile.samples.thread) {
    const { comm = -1 } = profile.threads[id] ?? {};
    counts.set(comm, (counts.get(comm) ?? 0) + 1);
  }
  const [[comm] = [-1]] = [...counts].sort(([, a], [, b]) => b - a);
  const name = comms.textOf(comm);
  // Names of commands have 15 characters at most.
  const isMain = ({ filename }: Mapping) => name !== '' && basename(text(filename)).slice(0, 15) === name;
  return [...mapping.filter(isMain), ...mapping.filter((one) => !isMain(one))];
}

const least = (a: number, b: number): number => Math.min(a, b);
const most = (a: number, b: number): number => Math.max(a, b);

function samplesOf(
  { profile: { samples, threads, stacks, cells }, comms, events }: PprofSource,
  text: (value: string) => number,
  locationOf: (cell: number) => number,
): Sample[] {
  const { thread, cpu, event } = samples;
  const { parents, frames, nodes } = stackTree(stacks.arrays, cells.size);
  const tree = { parent: parents, frame: frames };
  const cpus = new Map([...new Set(cpu)].map((one, index) => [one, index]));
  const keyOf = (i: number) =>
    ((thread[i] ?? 0) * cpus.size + (cpus.get(cpu[i] ?? 0) ?? 0)) * Math.max(1, events.length) + (event[i] ?? 0);
  const label = (key: string, value: string) => new Label({ key: text(key), str: text(value) });
  // With a unit: readers take the number 0 without one for none.
  const number = (key: string, value: number) => new Label({ key: text(key), num: value, numUnit: text('id') });
  const told = (key: string, value: number) => (value < 0 ? [] : [number(key, value)]);
  // Samples of one thread on one CPU share them: there can be millions.
  const labels = new Map<number, Label[]>();
  const labelsOf = (sample: number): Label[] => {
    const known = labels.get(keyOf(sample));
    if (known) return known;
    const { pid = 0, tid = 0, comm = -1 } = threads[thread[sample] ?? 0] ?? {};
    const made = [
      label('comm', comms.textOf(comm)),
      label('event', events[event[sample] ?? 0] ?? ''),
      number('pid', pid),
      number('tid', tid),
      ...told('cpu', cpu[sample] ?? -1),
    ];
    labels.set(keyOf(sample), made);
    return made;
  };
  const node = samples.stack.map((id) => nodes[id] ?? TREE_ROOT);
  return stackSums({ ...samples, node, parent: parents }, keyOf).map(
    ({ sample, node, samples: count, period }) =>
      new Sample({
        locationId: framesOf(tree, node).reverse().map(locationOf),
        value: [count, period],
        label: labelsOf(sample),
      }),
  );
}
