import type { FlameModel } from '../src/report/flamegraph/view/flame-data';

/** Numbers that look random and are the same every time: xorshift32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** CPUs, the depth of stacks, and how often a stack is one that was there before. */
const [CPUS, DEPTH, REPEATED] = [8, 24, 0.7];

/** What a page has of so many samples whose stacks have so many different frames. */
export function flameModelOf(samples: number, frames: number): FlameModel {
  const random = randomNumbers(20_261_127);
  const [parent, frame] = [[0], [-1]];
  const leaves: number[] = [];
  const time = new Float64Array(samples);
  const [cpu, node, thread] = [new Int32Array(samples), new Int32Array(samples), new Int32Array(samples)];
  let unseen = 0;
  // A new stack leaves an earlier one somewhere, and goes its own way for a few frames.
  const grow = (from: number): number => {
    let at = from;
    for (let up = Math.floor(random() * DEPTH); up > 0; up -= 1) at = parent[at] ?? 0;
    for (let down = 1 + Math.floor(random() * 5); down > 0; down -= 1) {
      parent.push(at);
      frame.push(unseen < frames ? unseen++ : Math.floor(random() ** 2 * frames));
      at = parent.length - 1;
    }
    return at;
  };
  for (let i = 0; i < samples; i += 1) {
    time[i] = (time[i - 1] ?? 0) + Math.floor(random() * 10_000);
    cpu[i] = Math.floor(random() * CPUS);
    thread[i] = Math.floor(random() * 64);
    if (leaves.length > 0 && random() < REPEATED) {
      node[i] = leaves[Math.floor(random() ** 3 * leaves.length)] ?? 0;
      continue;
    }
    const at = grow(leaves[Math.floor(random() * leaves.length)] ?? 0);
    leaves.push(at);
    node[i] = at;
  }
  const texts = Array.from({ length: frames }, (_, i) => `module_${i % 401}::part_${i % 37}::function_${i}`);
  return {
    meta: {
      schema: 'syswide.flamegraph/1',
      title: `${samples} samples`,
      recordings: ['perf.data'],
      starts: [0],
      samples: [samples],
      duration: time.at(-1) ?? 0,
      events: ['cycles'],
      cpus: Array.from({ length: CPUS }, (_, i) => i),
      names: texts,
      dsos: Array.from({ length: 40 }, (_, i) => `lib${i}.so`),
      threads: Array.from({ length: 64 }, (_, i) => ({ pid: 100 + (i >> 2), tid: 100 + i, comm: `worker-${i}` })),
      troubles: [],
      notices: [],
    },
    frameName: Int32Array.from(texts, (_, i) => i),
    frameDso: Int32Array.from(texts, (_, i) => i % 40),
    frameFlags: Int32Array.from(texts, (_, i) => (i % 5 === 0 ? 1 : 0)),
    parent: Int32Array.from(parent),
    frame: Int32Array.from(frame),
    time,
    cpu,
    thread,
    event: new Int32Array(samples),
    node,
    period: new Float64Array(samples).fill(250_000),
  };
}
