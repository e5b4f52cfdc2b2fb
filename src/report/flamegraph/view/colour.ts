import { type FlameData, isKernelAt } from './flame-data';
import type { Owner } from './owners';

/** What the colour of a frame tells. */
export type ColourBy = FrameColour | 'thread' | 'difference';

/** What is the same for a frame wherever it stands. */
export type FrameColour = 'dso' | 'mode' | 'package';

/** A number from 0 to 359 that is the same for the same text. */
function hueOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return ((hash ^ (hash >>> 15)) >>> 0) % 360;
}

/** What a function belongs to: `std::vector<int>::push_back` to `std::vector`, `net/http.(*Server).Serve` to `net/http`. */
export function packageOf(name: string): string {
  const plain = withoutArguments(name);
  const cut = Math.max(plain.lastIndexOf('::'), plain.indexOf('.', plain.lastIndexOf('/') + 1));
  return cut > 0 ? plain.slice(0, cut) : (/^_*[a-z\d]+(?=_)/iu.exec(plain)?.[0] ?? plain);
}

/** Without what stands in angle brackets, which may stand in each other. */
function withoutArguments(name: string): string {
  if (!name.includes('<')) return name;
  const kept: string[] = [];
  /** Where brackets stand in it that nothing has closed yet. */
  const opened: number[] = [];
  for (const letter of name) {
    if (letter === '<') opened.push(kept.length);
    const from = letter === '>' ? opened.pop() : undefined;
    if (from === undefined) kept.push(letter);
    else kept.length = from;
  }
  return kept.join('');
}

/** By what a frame is coloured, as text. */
export function colourKey(
  { meta, frameName, frameDso, frameFlags }: FlameData,
  frame: number,
  by: FrameColour,
): string {
  if (by === 'mode') return isKernelAt(frameFlags, frame) ? 'kernel' : 'user';
  if (by === 'package') return packageOf(meta.names[frameName[frame] ?? 0] ?? '');
  return meta.dsos[frameDso[frame] ?? 0] ?? '';
}

/** CSS colours by frame. Kernel frames are a little less bright in all of them. */
export const frameColours = (data: FlameData, by: FrameColour, dark: boolean): string[] =>
  [...data.frameFlags.keys()].map((frame) =>
    keyColour(colourKey(data, frame, by), by, isKernelAt(data.frameFlags, frame), dark),
  );

/** The colour of what has a key. */
export function keyColour(key: string, by: FrameColour, isKernel: boolean, dark: boolean): string {
  const [saturation, bright, dim] = strengthOf(dark);
  return `hsl(${by === 'mode' ? modeHue[isKernel ? 'kernel' : 'user'] : hueOf(key)} ${saturation}% ${isKernel ? dim : bright}%)`;
}

const modeHue = { kernel: 28, user: 210 };

/** Saturation and lightness, of programs and the kernel. */
const strengthOf = (dark: boolean): readonly [number, number, number] => (dark ? [42, 40, 34] : [62, 80, 74]);

/** Names one after the other are that far apart, in degrees: then few of them are ever near each other. */
const GOLDEN_ANGLE = 137.508;

/**
 * The colour of the threads that have most of a frame, by their name, the stronger the more they have. Where a single thread has
 * more than half of it, its own shade of that.
 */
export function ownerColour({ rank, thread, share }: Owner, isKernel: boolean, dark: boolean): string {
  const [saturation, bright, dim] = strengthOf(dark);
  const shade = thread ? (hueOf(`thread ${thread.tid}`) % 25) - 12 : 0;
  const hue = Math.round(210 + rank * GOLDEN_ANGLE + shade) % 360;
  return `hsl(${hue} ${Math.round(saturation * (0.15 + 0.85 * share))}% ${isKernel ? dim : bright}%)`;
}

/**
 * Blue for less and orange for more, which eyes of all kinds tell apart, paler the smaller it is.
 * @param change from -1, gone, to 1, all of it new
 */
export function differenceColour(change: number, dark: boolean): string {
  const strength = Math.min(1, Math.abs(change) * 2);
  const lightness = dark ? 26 + strength * 22 : 94 - strength * 34;
  return `hsl(${change < 0 ? 214 : 22} ${Math.round(strength * 85)}% ${Math.round(lightness)}%)`;
}

/** How much of a frame is more, from 1, or less, to -1. */
export const changeOf = (now: number, base: number): number =>
  now + base === 0 ? 0 : (now - base) / Math.max(now, base);
