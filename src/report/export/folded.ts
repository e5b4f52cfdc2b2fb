import { type FlameModel, isInlinedAt } from '../flamegraph/view/flame-data';
import { frameDso, frameName, framesOf, stackSums } from './stack-sums';

/**
 * A line for each command and stack: `comm;outermost;…;innermost count`, sorted, as stackcollapse-perf.pl of Brendan Gregg's
 * FlameGraph makes it of what perf script prints.
 */
export function folded(data: FlameModel): string {
  const texts = [...data.frameName.keys()].map((frame) =>
    foldedName(frameName(data, frame), frameDso(data, frame), isInlinedAt(data.frameFlags, frame)),
  );
  const lines = new Map<string, number>();
  for (const { sample, node, samples } of stackSums(data, (i) => data.thread[i] ?? 0)) {
    const comm = data.meta.threads[data.thread[sample] ?? 0]?.comm ?? '';
    const line = [
      comm.replaceAll(' ', '_').replaceAll(';', ':'),
      ...framesOf(data, node).map((frame) => texts[frame] ?? ''),
    ].join(';');
    lines.set(line, (lines.get(line) ?? 0) + samples);
  }
  return [...lines]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([line, count]) => `${line} ${count}\n`)
    .join('');
}

/** Without what has a meaning in the format, and without parameters. */
function foldedName(name: string, dso: string, isInlined: boolean): string {
  // What has no name is called by its program, in one more pair of brackets.
  if (name === dso && name.startsWith('[') && name !== '[unknown]') return `[${name}]`;
  const plain = name.replaceAll(';', ':').replaceAll(/["']/gu, '');
  const short = /\.\(.*\)\./u.test(plain) ? plain : plain.replace(/\((?!anonymous namespace\)).*/u, '');
  return isInlined ? `${short}_[i]` : short;
}
