import { type ColourBy, colourKey, differenceColour, type FrameColour, keyColour, ownerColour } from './colour';
import { isKernelAt } from './flame-data';
import type { Session } from './session';

/** A colour, and what has it. */
export interface LegendItem {
  readonly text: string;
  readonly colour: string;
}

/** So many colours are told of. */
const MOST = 6;

/** What the colours of a graph are of: those that have most samples of their own. */
export function legend(session: Session, by: ColourBy, dark: boolean): LegendItem[] {
  if (by === 'difference') {
    return [
      { text: 'less than before', colour: differenceColour(-1, dark) },
      { text: 'more', colour: differenceColour(1, dark) },
    ];
  }
  if (by !== 'thread') return frameItems(session, by, dark);
  const comms = session.owners.comms().filter(({ weight }) => weight > 0);
  return comms
    .slice(0, MOST)
    .map(({ comm, rank }) => ({ text: comm, colour: ownerColour({ comm, rank, share: 1 }, false, dark) }));
}

function frameItems(session: Session, by: FrameColour, dark: boolean): LegendItem[] {
  const { data } = session;
  const sums = new Map<string, { weight: number; isKernel: boolean }>();
  for (const { frame, self } of session.functions()) {
    const key = colourKey(data, frame, by);
    const { weight = 0 } = sums.get(key) ?? {};
    sums.set(key, { weight: weight + self, isKernel: isKernelAt(data.frameFlags, frame) });
  }
  return [...sums]
    .filter(([, { weight }]) => weight > 0)
    .sort(([, a], [, b]) => b.weight - a.weight)
    .slice(0, MOST)
    .map(([text, { isKernel }]) => ({ text, colour: keyColour(text, by, isKernel, dark) }));
}
