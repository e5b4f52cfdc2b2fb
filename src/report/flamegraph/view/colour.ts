import { type FlameData, FrameFlag } from './flame-data';

/** What the colour of a frame tells. */
export type ColourBy = 'dso' | 'mode' | 'package' | 'difference';

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
  const less = name.replaceAll(/<[^<>]*>/gu, '');
  return less === name ? name : withoutArguments(less);
}

/** CSS colours by frame. Kernel frames are a little less bright in all of them. */
export function frameColours(data: FlameData, by: ColourBy, dark: boolean): string[] {
  const { meta, frameName, frameDso, frameFlags } = data;
  const [saturation, bright, dim] = dark ? [42, 40, 34] : [62, 80, 74];
  const hueIn = (frame: number, isKernel: boolean): number => {
    if (by === 'mode') return isKernel ? 28 : 210;
    if (by === 'package') return hueOf(packageOf(meta.names[frameName[frame] ?? 0] ?? ''));
    return hueOf(meta.dsos[frameDso[frame] ?? 0] ?? '');
  };
  return [...frameFlags].map((flags, frame) => {
    const isKernel = (flags & FrameFlag.kernel) !== 0;
    return `hsl(${hueIn(frame, isKernel)} ${saturation}% ${isKernel ? dim : bright}%)`;
  });
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
