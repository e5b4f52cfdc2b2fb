import { visible } from '../../base/safe-text';
import { Column } from '../../profile/column';
import type { Names } from '../../profile/names';
import { StackTrie, TRIE_ROOT } from '../../profile/stack-trie';
import type { TimedProfile } from '../../profile/timed-stacks';
import type { Trouble } from '../../profile/trouble';
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

/** Puts one recording, or two that are compared, into one model: their functions, threads and events by name. */
export function flameModel(title: string, sources: readonly FlameSource[]): FlameData {
  const builder = new ModelBuilder();
  for (const source of sources) builder.add(source);
  return builder.data(title);
}

class ModelBuilder {
  readonly #frames = new FrameTable();
  readonly #trie = new StackTrie();
  readonly #events: string[] = [];
  /** Their indexes. */
  readonly #cpus = new Map<number, number>();
  readonly #threads: FlameMeta['threads'][number][] = [];
  readonly #troubles: TroubleSpan[] = [];
  readonly #recordings: string[] = [];
  readonly #starts: number[] = [];
  readonly #notices: string[] = [];
  #duration = 0;
  readonly #columns = {
    time: new Column(Float64Array),
    cpu: new Column(Int32Array),
    thread: new Column(Int32Array),
    event: new Column(Int32Array),
    side: new Column(Int32Array),
    node: new Column(Int32Array),
    period: new Column(Float64Array),
  };

  add({ name, profile, comms, events }: FlameSource): void {
    const { samples, threads, troubles, notices } = profile;
    const side = this.#recordings.length;
    const start = samples.time.reduce((least, time) => Math.min(least, time), Number.POSITIVE_INFINITY);
    const nodes = this.merge(profile);
    const firstThread = this.#threads.length;
    const ownEvents = events.map((event) => indexIn(this.#events, visible(event)));
    for (const { pid, tid, comm } of threads) this.#threads.push({ pid, tid, comm: visible(comms.textOf(comm)) });
    const to = this.#columns;
    for (let i = 0; i < samples.time.length; i += 1) {
      const time = (samples.time[i] ?? 0) - start;
      if (time > this.#duration) this.#duration = time;
      to.time.push(time);
      to.cpu.push(this.indexOf(samples.cpu[i] ?? 0));
      to.thread.push(firstThread + (samples.thread[i] ?? 0));
      to.event.push(ownEvents[samples.event[i] ?? 0] ?? 0);
      to.side.push(side);
      to.node.push(nodes[samples.node[i] ?? 0] ?? TRIE_ROOT);
      to.period.push(samples.period[i] ?? 0);
    }
    for (const trouble of troubles) this.addTrouble(trouble, start);
    this.#recordings.push(visible(name));
    this.#starts.push(Number.isFinite(start) ? start : 0);
    this.#notices.push(...notices.map(visible));
  }

  private indexOf(cpu: number): number {
    const index = this.#cpus.get(cpu) ?? this.#cpus.size;
    this.#cpus.set(cpu, index);
    return index;
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
    const { time, cpu, thread, event, side, node, period } = this.#columns;
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
      parent: this.#trie.parents,
      frame: this.#trie.frames,
      time: time.numbers,
      cpu: cpu.numbers,
      thread: thread.numbers,
      event: event.numbers,
      side: side.numbers,
      node: node.numbers,
      period: period.numbers,
    };
  }

  /** The node in the tree of all recordings for each node of one. */
  private merge({ trie, places }: TimedProfile): Int32Array {
    const frameOf = this.#frames.of(places);
    const { parents, frames } = trie;
    const nodes = new Int32Array(parents.length);
    for (let node = 1; node < parents.length; node += 1) {
      nodes[node] = this.#trie.childOf(nodes[parents[node] ?? 0] ?? 0, frameOf[frames[node] ?? 0] ?? 0);
    }
    return nodes;
  }
}

function indexIn<T>(list: T[], item: T): number {
  const known = list.indexOf(item);
  if (known >= 0) return known;
  list.push(item);
  return list.length - 1;
}
