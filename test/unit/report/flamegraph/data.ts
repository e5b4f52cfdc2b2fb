import type { FlameData } from '../../../../src/report/flamegraph/view/flame-data';

/** A stack, the outermost first, with where and when it was sampled. */
export interface Stack {
  readonly frames: readonly string[];
  readonly time?: number;
  readonly cpu?: number;
  readonly thread?: number;
  readonly event?: number;
  readonly side?: number;
  readonly period?: number;
}

const threads = [
  { pid: 10, tid: 10, comm: 'one' },
  { pid: 20, tid: 21, comm: 'two words' },
];

/** What a page would have of such stacks; CPUs are 3 and 1, in this order. */
export function flameDataOf(stacks: readonly Stack[], recordings: readonly string[] = ['perf.data']): FlameData {
  const names = [...new Set(stacks.flatMap(({ frames }) => frames))];
  const [parent, frame] = [[0], [-1]];
  const node = stacks.map(({ frames }) => {
    let at = 0;
    for (const name of frames) {
      const own = names.indexOf(name);
      let next = parent.findIndex((above, i) => i > 0 && above === at && frame[i] === own);
      if (next < 0) next = frame.push(own) - 1;
      parent[next] = at;
      at = next;
    }
    return at;
  });
  const column = (of: (stack: Stack, i: number) => number) => Int32Array.from(stacks, of);
  return {
    meta: {
      schema: 'syswide.flamegraph/1',
      title: 'a title',
      recordings,
      starts: recordings.map(() => 1_000_000_000),
      samples: recordings.map((_, of) => stacks.filter(({ side = 0 }) => side === of).length),
      duration: Math.max(0, ...stacks.map(({ time }, i) => time ?? i)),
      events: ['cycles', 'faults'],
      cpus: [3, 1],
      names,
      dsos: ['prog'],
      threads,
      troubles: [],
      notices: [],
    },
    frameName: Int32Array.from(names, (_, i) => i),
    frameDso: new Int32Array(names.length),
    frameFlags: new Int32Array(names.length),
    parent: Int32Array.from(parent),
    frame: Int32Array.from(frame),
    time: Float64Array.from(stacks, ({ time }, i) => time ?? i),
    cpu: column(({ cpu }) => cpu ?? 0),
    thread: column(({ thread }) => thread ?? 0),
    event: column(({ event }) => event ?? 0),
    side: column(({ side }) => side ?? 0),
    node: Int32Array.from(node),
    period: Float64Array.from(stacks, ({ period }) => period ?? 1),
  };
}
