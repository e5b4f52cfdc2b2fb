import { jsonText } from '../../base/safe-text';
import { type FlameModel, isInlinedAt, isKernelAt } from '../flamegraph/view/flame-data';
import { frameDso, frameName, threadOf } from './stack-sums';

/** Categories of frames: of programs, and of the kernel. */
const [USER, KERNEL] = [0, 1];

/** The processed format of the Firefox Profiler, with tables for each thread. Times in ms since the first sample. */
export function firefox(data: FlameModel): string {
  const byThread = new Map<number, number[]>();
  const order = [...data.time.keys()].sort((a, b) => (data.time[a] ?? 0) - (data.time[b] ?? 0));
  for (const sample of order) {
    const thread = data.thread[sample] ?? 0;
    const samples = byThread.get(thread) ?? [];
    byThread.set(thread, samples);
    samples.push(sample);
  }
  return jsonText({
    meta: {
      interval: intervalOf(data, [...byThread.values()]),
      startTime: 0,
      product: data.meta.title,
      importedFrom: 'syswide',
      processType: 0,
      stackwalk: 1,
      debug: false,
      version: 27,
      preprocessedProfileVersion: 44,
      symbolicated: true,
      categories: [
        { name: 'User', color: 'blue', subcategories: ['Other'] },
        { name: 'Kernel', color: 'orange', subcategories: ['Other'] },
      ],
      markerSchema: [],
    },
    libs: [],
    pages: [],
    threads: [...byThread.values()].map((samples) => threadTables(data, samples)),
  });
}

/** ms from a sample of a thread to the next, mostly; 1 where no thread has two. */
function intervalOf({ time }: FlameModel, threads: readonly (readonly number[])[]): number {
  const gaps = threads.flatMap((samples) =>
    samples.slice(1).map((sample, i) => (time[sample] ?? 0) - (time[samples[i] ?? 0] ?? 0)),
  );
  const median = Float64Array.from(gaps).sort()[gaps.length >> 1];
  return median ? median / 1e6 : 1;
}

/** The stacks, frames and functions that a thread has, numbered by itself. */
class Tables {
  readonly strings: string[] = [];
  readonly funcs: { name: number; resource: number; isKernel: boolean; isInlined: boolean }[] = [];
  readonly stacks: { func: number; prefix: number | null }[] = [];
  readonly resources: number[] = [];
  readonly #strings = new Map<string, number>();
  readonly #funcs = new Map<number, number>();
  readonly #stacks = new Map<number, number>();
  readonly #resources = new Map<string, number>();

  constructor(private readonly data: FlameModel) {}

  stackOf(node: number): number | null {
    const missing: number[] = [];
    let at = node;
    for (; at > 0 && !this.#stacks.has(at); at = this.data.parent[at] ?? 0) missing.push(at);
    let prefix = this.#stacks.get(at) ?? null;
    for (const below of missing.reverse()) {
      const func = this.funcOf(this.data.frame[below] ?? 0);
      this.#stacks.set(below, this.stacks.length);
      prefix = this.stacks.push({ func, prefix }) - 1;
    }
    return prefix;
  }

  private funcOf(frame: number): number {
    const known = this.#funcs.get(frame);
    if (known !== undefined) return known;
    this.#funcs.set(frame, this.funcs.length);
    const { frameFlags } = this.data;
    return (
      this.funcs.push({
        name: this.text(frameName(this.data, frame)),
        resource: this.resourceOf(frameDso(this.data, frame)),
        isKernel: isKernelAt(frameFlags, frame),
        isInlined: isInlinedAt(frameFlags, frame),
      }) - 1
    );
  }

  private resourceOf(dso: string): number {
    const known = this.#resources.get(dso);
    if (known !== undefined) return known;
    this.#resources.set(dso, this.resources.length);
    return this.resources.push(this.text(dso)) - 1;
  }

  private text(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    this.#strings.set(text, this.strings.length);
    return this.strings.push(text) - 1;
  }
}

function threadTables(data: FlameModel, samples: readonly number[]): object {
  const tables = new Tables(data);
  const stack = samples.map((sample) => tables.stackOf(data.node[sample] ?? 0));
  const time = samples.map((sample) => (data.time[sample] ?? 0) / 1e6);
  const { pid, tid, comm } = threadOf(data, samples[0] ?? 0);
  const { funcs, stacks, strings, resources } = tables;
  const same = <T>(value: T, of: readonly unknown[]): T[] => of.map(() => value);
  const categories = (list: readonly { isKernel: boolean }[]) => list.map(({ isKernel }) => (isKernel ? KERNEL : USER));
  const ofStacks = stacks.map(({ func }) => ({ isKernel: funcs[func]?.isKernel ?? false }));
  const none = { address: [], libIndex: [], name: [], functionSize: [], length: 0 };
  return {
    ...{
      processType: 'default',
      processStartupTime: 0,
      processShutdownTime: null,
      registerTime: 0,
      unregisterTime: null,
    },
    ...{ pausedRanges: [], name: comm, processName: comm, isMainThread: pid === tid, pid: String(pid), tid },
    samples: { weightType: 'samples', weight: null, stack, time, length: samples.length },
    markers: { data: [], name: [], startTime: [], endTime: [], phase: [], category: [], length: 0 },
    stackTable: {
      frame: stacks.map(({ func }) => func),
      prefix: stacks.map(({ prefix }) => prefix),
      category: categories(ofStacks),
      subcategory: same(0, stacks),
      length: stacks.length,
    },
    frameTable: {
      func: [...funcs.keys()],
      address: same(-1, funcs),
      inlineDepth: funcs.map(({ isInlined }) => Number(isInlined)),
      category: categories(funcs),
      subcategory: same(0, funcs),
      nativeSymbol: same(null, funcs),
      innerWindowID: same(0, funcs),
      implementation: same(null, funcs),
      line: same(null, funcs),
      column: same(null, funcs),
      length: funcs.length,
    },
    funcTable: {
      name: funcs.map(({ name }) => name),
      resource: funcs.map(({ resource }) => resource),
      isJS: same(false, funcs),
      relevantForJS: same(false, funcs),
      fileName: same(null, funcs),
      lineNumber: same(null, funcs),
      columnNumber: same(null, funcs),
      length: funcs.length,
    },
    resourceTable: {
      lib: same(null, resources),
      name: resources,
      host: same(null, resources),
      type: same(1, resources),
      length: resources.length,
    },
    nativeSymbols: none,
    stringArray: strings,
  };
}
