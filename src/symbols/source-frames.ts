import { spawnSync } from 'node:child_process';
import { FileWindow } from './elf/file-window';
import { readHeader } from './elf/header';
import { readSegments, type Segment } from './elf/segments';

/** One of the functions that a place in a program is in. */
export interface SourceFrame {
  /** As it stands in the debug information; undefined where that is not known. */
  readonly name?: string;
  /** `main.c:12`, without folders, `main.c:0` where only the file is known; undefined where that is not known, either. */
  readonly line?: string;
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

/**
 * What binutils' addr2line tells of places in a program: of each, the functions that were put into one another by the compiler,
 * the innermost first; the last is the one that was called. One child for all of a program's places.
 *
 * @param offsets where in the file they are
 * @returns of each; undefined where the program, or addr2line, is not there
 */
export function sourceFrames(path: string, offsets: readonly bigint[]): SourcePlace[] | undefined {
  const segments = segmentsOf(path);
  if (!segments) return undefined;
  return sourceFramesAt(
    path,
    offsets.map((offset) => addressOf(segments, offset)),
  );
}

/** The same. @param addresses as its debug information counts */
export function sourceFramesAt(path: string, addresses: readonly bigint[]): SourcePlace[] | undefined {
  if (addresses.length === 0) return undefined;
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('');
  const { status, stdout } = spawnSync('addr2line', ['-a', '-f', '-i', '-e', path], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 30,
    timeout: LONGEST_MS,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  if (status !== 0) return undefined;
  const places = stdout.split(/^0x[\da-f]+\n/m).slice(1);
  if (places.length !== addresses.length) return undefined;
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
    const [, file, line] = /([^/]*):(\d+|\?)(?: \(discriminator \d+\))?$/.exec(place) ?? [];
    const hasLine = file !== undefined && file !== '??';
    frames.push({
      ...(name === '??' ? {} : { name }),
      ...(hasLine ? { line: `${file}:${line === '?' ? 0 : line}` } : {}),
    });
  }
  return frames;
}

function segmentsOf(path: string): Segment[] | undefined {
  try {
    using file = FileWindow.open(path);
    return readSegments(file, readHeader(file));
  } catch {
    // What is no program, or cannot be read, has no lines.
    return undefined;
  }
}

function addressOf(segments: readonly Segment[], at: bigint): bigint {
  const segment = segments.find((one) => at >= one.offset && at < one.offset + one.fileBytes);
  return segment ? at - segment.offset + segment.address : at;
}
