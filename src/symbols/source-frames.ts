import { spawnSync } from 'node:child_process';
import type { Segment } from './elf/segments';
import { programSegments, segmentAt } from './program-segments';

/** One of the functions that a place in a program is in. */
export interface SourceFrame {
  /** As it stands in the debug information; undefined where that is not known. */
  readonly name?: string;
  /** `main.c:12`, without folders, `main.c:0` where only the file is known; undefined where that is not known, either. */
  readonly line?: string;
  /** The same, with the path as it stands there. */
  readonly source?: { readonly path: string; readonly line: number };
}

/** What is known of a place in a program. */
export interface SourcePlace {
  /** As its debug information counts. */
  readonly address: bigint;
  /** The innermost function first. */
  readonly frames: readonly SourceFrame[];
  /** Whether debug information, or a symbol, is there at all. */
  readonly isKnown: boolean;
}

/** Nothing that is told of one program takes longer, in ms. */
const LONGEST_MS = 120_000;

/** Of each place: the last answer counts. */
const TIMES_ASKED = 2;

/**
 * What binutils' addr2line tells of places in a program: of each, the functions that were put into one another by the compiler,
 * the innermost first; the last is the one that was called. One child for all of a program's places.
 *
 * @param offsets where in the file they are
 * @returns of each; undefined where the program, or addr2line, is not there
 */
export function sourceFrames(path: string, offsets: readonly bigint[]): SourcePlace[] | undefined {
  const segments = programSegments(path);
  if (!segments) return undefined;
  return sourceFramesAt(
    path,
    offsets.map((offset) => addressOf(segments, offset)),
  );
}

/** The same. @param addresses as its debug information counts */
export function sourceFramesAt(path: string, addresses: readonly bigint[]): SourcePlace[] | undefined {
  if (addresses.length === 0) return undefined;
  // The first time that it is asked within a function of C++ that only its own file knows, and that was put into others, it
  // says the name of the one around them. Source: _bfd_dwarf2_find_nearest_line_with_alt() in bfd/dwarf2.c, binutils 2.40.
  const input = addresses.map((address) => `0x${address.toString(16)}\n`.repeat(TIMES_ASKED)).join('');
  const { status, stdout } = spawnSync('addr2line', ['-a', '-f', '-i', '-e', path], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: LONGEST_MS,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (status !== 0) return undefined;
  const told = stdout.split(/^0x[\da-f]+\n/m).slice(1);
  if (told.length !== addresses.length * TIMES_ASKED) return undefined;
  const places = told.filter((_, i) => i % TIMES_ASKED === TIMES_ASKED - 1);
  return places.map((text, i) => ({ address: addresses[i] ?? 0n, frames: framesOf(text), isKnown: isKnown(text) }));
}

/** What nothing is known of has line 0 of no file; where only a line is missing, there is no number. */
const isKnown = (text: string): boolean => text.split('\n')[1] !== '??:0';

/** Names and lines in turn. */
function framesOf(text: string): SourceFrame[] {
  const words = text.split('\n');
  const frames: SourceFrame[] = [];
  for (let i = 0; i + 1 < words.length; i += 2) {
    const [name = '??', place = '??'] = [words[i], words[i + 1]];
    frames.push({ ...(name === '??' ? {} : { name }), ...placeOf(place) });
  }
  return frames;
}

function placeOf(text: string): Pick<SourceFrame, 'line' | 'source'> {
  const [, path, line] = /^(.*):(\d+|\?)(?: \(discriminator \d+\))?$/u.exec(text) ?? [];
  const file = path?.slice(path.lastIndexOf('/') + 1);
  if (path === undefined || file === '??') return {};
  const number = line === '?' ? 0 : Number(line);
  return { line: `${file}:${number}`, ...(number > 0 ? { source: { path, line: number } } : {}) };
}

function addressOf(segments: readonly Segment[], at: bigint): bigint {
  const segment = segmentAt(segments, at);
  return segment ? at - segment.offset + segment.address : at;
}
