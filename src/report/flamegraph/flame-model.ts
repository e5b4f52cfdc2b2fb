import { visible } from '../../base/safe-text';
import { TREE_ROOT } from '../../native/stack-tree';
import type { Names } from '../../profile/names';
import type { TimedSamples } from '../../profile/sample-columns';
import type { TimedProfile } from '../../profile/timed-stacks';
import type { Trouble } from '../../profile/trouble';
import { type FramedStacks, flameTree } from './flame-tree';
import { FrameTable } from './frame-table';
import type { FlameData, FlameMeta, TroubleSpan } from './view/flame-data';

/** A recording that goes onto a page. */
export interface FlameSource {
  /** For a person: its file. */
  readonly name: string;
  readonly profile: TimedProfile;
  readonly comms: Names;
  readonly events: readonly string[];
}

/** Columns of samples, with stacks in place of the nodes that they are to have. */
type FlameColumns = Pick<FlameData, 'time' | 'cpu' | 'thread' | 'event' | 'side' | 'period'> & {
  readonly stack: Int32Array;
};

/** Puts one recording, or two that are compared, into one model: their functions, threads and events by name. */
export function flameModel(title: string, sources: readonly FlameSource[]): FlameData {
  const builder = new ModelBuilder(sources.reduce((sum, { profile }) => sum + profile.samples.time.length, 0));
  for (const source of sources) builder.add(source);
  return builder.data(title);
}

class ModelBuilder {
  readonly #frames = new FrameTable();
  readonly #stacks: FramedStacks[] = [];
  /** Stacks of those recordings, and samples. */
  #stackCount = 0;
  #sampleCount = 0;
  readonly #events: string[] = [];
  /** Their indexes. */
  readonly #cpus = new Map<number, number>();
  readonly #threads: FlameMeta['threads'][number][] = [];
  readonly #troubles: TroubleSpan[] = [];
  readonly #recordings: string[] = [];
  readonly #starts: number[] = [];
  readonly #notices: string[] = [];
  #duration = 0;
  /** By sample. */
  readonly #columns: FlameColumns;

  /** @param size samples of all recordings */
  constructor(size: number) {
    const whole = () => new Int32Array(size);
    this.#columns = {
      ...{ time: new Float64Array(size), cpu: whole(), thread: whole(), event: whole(), side: whole() },
      ...{ stack: whole(), period: new Float64Array(size) },
    };
  }

  add({ name, profile, comms, events }: FlameSource): void {
    const { samples, threads, troubles, notices, stacks, places } = profile;
    const start = leastOf(samples.time);
    const firstThread = this.#threads.length;
    const ownEvents = events.map((event) => indexIn(this.#events, visible(event)));
    for (const { pid, tid, comm } of threads) this.#threads.push({ pid, tid, comm: visible(comms.textOf(comm)) });
    this.addSamples(samples, start, firstThread, ownEvents);
    this.#stacks.push({ stacks: stacks.arrays, frames: this.#frames.of(places) });
    this.#stackCount += stacks.size;
    for (const trouble of troubles) this.addTrouble(trouble, start);
    this.#recordings.push(visible(name));
    this.#starts.push(Number.isFinite(start) ? start : 0);
    this.#notices.push(...notices.map(visible));
  }

  private addSamples(samples: TimedSamples, start: number, firstThread: number, ownEvents: readonly number[]): void {
    const [to, side, from] = [this.#columns, this.#recordings.length, this.#sampleCount];
    const { length } = samples.time;
    let [lastCpu, lastIndex] = [Number.NaN, 0];
    for (let i = 0; i < length; i += 1) {
      const [time, cpu] = [(samples.time[i] ?? 0) - start, samples.cpu[i] ?? 0];
      if (time > this.#duration) this.#duration = time;
      to.time[from + i] = time;
      // Those of a CPU come one after the other.
      if (cpu !== lastCpu) lastIndex = this.indexOf(cpu);
      lastCpu = cpu;
      to.cpu[from + i] = lastIndex;
      to.thread[from + i] = firstThread + (samples.thread[i] ?? 0);
      to.event[from + i] = ownEvents[samples.event[i] ?? 0] ?? 0;
      to.stack[from + i] = this.#stackCount + (samples.stack[i] ?? 0);
    }
    to.side.fill(side, from, from + length);
    to.period.set(samples.period, from);
    this.#sampleCount += length;
  }

  private indexOf(cpu: number): number {
    const known = this.#cpus.get(cpu);
    if (known !== undefined) return known;
    this.#cpus.set(cpu, this.#cpus.size);
    return this.#cpus.size - 1;
  }

  /** A CPU that was offline has its row, also where it has no sample. */
  private addTrouble({ kind, cpu, from, to, count }: Trouble, start: number): void {
    const span = { kind, cpu, from: Math.max(0, from - start), to: Math.max(0, to - start), count };
    if (kind === 'offline' && span.to === 0) return;
    if (kind === 'offline') this.indexOf(cpu);
    this.#troubles.push(span);
  }

  data(title: string): FlameData {
    const { frames, names, dsos } = this.#frames;
    const { stack, ...columns } = this.#columns;
    const { parents, frames: treeFrames, nodes } = flameTree(this.#stacks, frames.length);
    return {
      meta: {
        schema: 'syswide.flamegraph/1',
        title: visible(title),
        recordings: this.#recordings,
        starts: this.#starts,
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
      node: stack.map((id) => nodes[id] ?? TREE_ROOT),
    };
  }
}

function indexIn<T>(list: T[], item: T): number {
  const known = list.indexOf(item);
  if (known >= 0) return known;
  list.push(item);
  return list.length - 1;
}

function leastOf(numbers: Float64Array): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < numbers.length; i += 1) least = Math.min(least, numbers[i] ?? least);
  return least;
}
