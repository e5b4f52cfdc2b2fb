import { visible } from '../../base/safe-text';
import { TREE_ROOT } from '../../native/stack-tree';
import type { Names } from '../../profile/names';
import type { TimedSamples } from '../../profile/sample-columns';
import type { TimedProfile } from '../../profile/timed-stacks';
import type { Trouble } from '../../profile/trouble';
import { type FramedStacks, flameTree } from './flame-tree';
import { FrameTable } from './frame-table';
import type { FlameMeta, FlameModel, TroubleSpan } from './view/flame-data';

/** A recording that goes onto a page. */
export interface FlameSource {
  /** For a person: its file. */
  readonly name: string;
  readonly profile: TimedProfile;
  readonly comms: Names;
  readonly events: readonly string[];
}

/** Columns of the samples of a recording, with stacks in place of the nodes that they are to have. */
interface FlameColumns extends Pick<FlameModel, 'time' | 'cpu' | 'thread' | 'event' | 'period'> {
  readonly stack: Int32Array;
}

/**
 * Puts one recording, or two that are compared, into one model: their functions, threads and events by name.
 * @param sources the columns of their samples are taken over, and written anew where they stand: there are millions of numbers
 */
export function flameModel(title: string, sources: readonly FlameSource[]): FlameModel {
  const builder = new ModelBuilder();
  for (const source of sources) builder.add(source);
  return builder.data(title);
}

class ModelBuilder {
  readonly #frames = new FrameTable();
  readonly #stacks: FramedStacks[] = [];
  /** Stacks of those recordings. */
  #stackCount = 0;
  readonly #events: string[] = [];
  /** Their indexes. */
  readonly #cpus = new Map<number, number>();
  readonly #threads: FlameMeta['threads'][number][] = [];
  readonly #troubles: TroubleSpan[] = [];
  readonly #recordings: string[] = [];
  readonly #starts: number[] = [];
  readonly #notices: string[] = [];
  #duration = 0;
  /** By recording. */
  readonly #columns: FlameColumns[] = [];

  add({ name, profile, comms, events }: FlameSource): void {
    const { samples, threads, troubles, notices, stacks, cells } = profile;
    const start = leastOf(samples.time);
    const firstThread = this.#threads.length;
    const ownEvents = events.map((event) => indexIn(this.#events, visible(event)));
    for (const { pid, tid, comm } of threads) this.#threads.push({ pid, tid, comm: visible(comms.textOf(comm)) });
    this.addSamples(samples, start, firstThread, ownEvents);
    this.#stacks.push({ stacks: stacks.arrays, frames: this.#frames.of(cells) });
    this.#stackCount += stacks.size;
    for (const trouble of troubles) this.addTrouble(trouble, start);
    this.#recordings.push(visible(name));
    this.#starts.push(Number.isFinite(start) ? start : 0);
    this.#notices.push(...notices.map(visible));
  }

  private addSamples(samples: TimedSamples, start: number, firstThread: number, ownEvents: readonly number[]): void {
    const time = shifted(samples.time, -start);
    const areOwn = ownEvents.every((event, i) => event === i);
    this.#duration = greatestOf(time, this.#duration);
    this.#columns.push({
      time,
      cpu: this.toIndexes(samples.cpu),
      thread: shifted(samples.thread, firstThread),
      event: areOwn ? samples.event : samples.event.map((event) => ownEvents[event] ?? 0),
      stack: shifted(samples.stack, this.#stackCount),
      period: samples.period,
    });
  }

  private toIndexes(cpus: Int32Array): Int32Array {
    let [lastCpu, lastIndex] = [Number.NaN, 0];
    for (let i = 0; i < cpus.length; i += 1) {
      const cpu = cpus[i] ?? 0;
      // Those of a CPU come one after the other.
      if (cpu !== lastCpu) lastIndex = this.indexOf(cpu);
      lastCpu = cpu;
      cpus[i] = lastIndex;
    }
    return cpus;
  }

  private indexOf(cpu: number): number {
    const known = this.#cpus.get(cpu);
    if (known !== undefined) return known;
    this.#cpus.set(cpu, this.#cpus.size);
    return this.#cpus.size - 1;
  }

  /** A CPU has its row also where it has no sample: it was offline, or they were lost, or others are not wanted. */
  private addTrouble({ kind, cpu, from, to, count }: Trouble, start: number): void {
    const side = this.#recordings.length;
    const span = { kind, cpu, from: Math.max(0, from - start), to: Math.max(0, to - start), count, side };
    if (kind === 'offline' && span.to === 0) return;
    if (cpu >= 0 && span.to > 0) this.indexOf(cpu);
    this.#troubles.push(span);
  }

  data(title: string): FlameModel {
    const { frames, names, dsos } = this.#frames;
    const { stack, ...columns } = joined(this.#columns);
    const { parents, frames: treeFrames, nodes } = flameTree(this.#stacks, frames.length);
    return {
      meta: {
        schema: 'syswide.flamegraph/1',
        title: visible(title),
        recordings: this.#recordings,
        starts: this.#starts,
        samples: this.#columns.map(({ time }) => time.length),
        duration: this.#duration,
        events: this.#events,
        cpus: [...this.#cpus.keys()],
        names: names.all,
        dsos: dsos.all,
        threads: this.#threads,
        troubles: this.#troubles,
        notices: this.#notices,
      },
      frameName: Int32Array.from(frames, ({ name }) => name),
      frameDso: Int32Array.from(frames, ({ dso }) => dso),
      frameFlags: Int32Array.from(frames, ({ flags }) => flags),
      parent: parents,
      frame: treeFrames,
      ...columns,
      node: toNodes(stack, nodes),
    };
  }
}

function indexIn<T>(list: T[], item: T): number {
  const known = list.indexOf(item);
  if (known >= 0) return known;
  list.push(item);
  return list.length - 1;
}

/** A loop: `reduce`, like iterating, takes several times as long for a million numbers. */
function leastOf(numbers: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < numbers.length; i += 1) least = Math.min(least, numbers[i] ?? least);
  return least;
}

function greatestOf(numbers: Float64Array, atLeast: number): number {
  let greatest = atLeast;
  for (let i = 0; i < numbers.length; i += 1) greatest = Math.max(greatest, numbers[i] ?? greatest);
  return greatest;
}

/** Adds another number to each of them. */
function shifted<T extends Int32Array | Float64Array>(numbers: T, by: number): T {
  if (by !== 0) for (let i = 0; i < numbers.length; i += 1) numbers[i] = (numbers[i] ?? 0) + by;
  return numbers;
}

/** Has nodes in place of stacks. */
function toNodes(stacks: Int32Array, nodes: Int32Array): Int32Array {
  for (let i = 0; i < stacks.length; i += 1) stacks[i] = nodes[stacks[i] ?? 0] ?? TREE_ROOT;
  return stacks;
}

/** Columns of several recordings, one behind the other; those of one as they are. */
function joined(all: readonly FlameColumns[]): FlameColumns {
  const [first] = all;
  if (first && all.length === 1) return first;
  const size = all.reduce((sum, { time }) => sum + time.length, 0);
  const column = <T extends Int32Array | Float64Array>(whole: T, of: (one: FlameColumns) => T): T => {
    let at = 0;
    for (const one of all) {
      whole.set(of(one), at);
      at += of(one).length;
    }
    return whole;
  };
  const words = (of: (one: FlameColumns) => Int32Array) => column(new Int32Array(size), of);
  const doubles = (of: (one: FlameColumns) => Float64Array) => column(new Float64Array(size), of);
  return {
    time: doubles(({ time }) => time),
    cpu: words(({ cpu }) => cpu),
    thread: words(({ thread }) => thread),
    event: words(({ event }) => event),
    stack: words(({ stack }) => stack),
    period: doubles(({ period }) => period),
  };
}
