import { type SourceFrame, sourceFrames } from '../symbols/source-frames';
import { AddressTable } from './address-table';
import { isContext, Mode, modeOf } from './chain-context';
import type { Memory } from './memory';
import type { Place, Places } from './places';
import type { Programs } from './programs';
import type { SampleCursor } from './sample-cursor';

/** The source of a place. */
export interface PlaceSourceFrames {
  /** As debug information counts: what is shown where there is no line. */
  readonly address: bigint;
  /** The innermost function first; none where nothing was to be had. */
  readonly frames: readonly SourceFrame[];
  readonly isKnown: boolean;
}

const TWO_32 = 2 ** 32;

/**
 * The source of the places that samples are from. They are noted first, sample by sample, so that addr2line is asked once for
 * each program.
 */
export class PlaceSource {
  /** By memory, as in `Places`: what has been noted. */
  readonly #noted: AddressTable[] = [];
  /** Places in programs, by program. */
  readonly #ofPrograms = new Map<number, Set<number>>();
  readonly #found = new Map<number, ReadonlyMap<number, PlaceSourceFrames>>();

  constructor(private readonly places: Places) {}

  /** Notes where a sample was taken, and from where that was called. */
  note({ mode, ipLow, ipHigh, words, chainAt, chainLength }: SampleCursor, memory: Memory): void {
    this.noteAddress(mode, memory, ipLow, ipHigh);
    let modeNow: number = Mode.user;
    for (let at = chainAt; at < chainAt + chainLength * 2; at += 2) {
      const [low, high] = [words[at] ?? 0, words[at + 1] ?? 0];
      if (isContext(low, high)) modeNow = modeOf(low) < 0 ? modeNow : modeOf(low);
      else this.noteAddress(modeNow, memory, low, high);
    }
  }

  private noteAddress(mode: number, memory: Memory, low: number, high: number): void {
    if (mode !== Mode.user) return;
    const table = this.#noted[memory.id] ?? new AddressTable();
    this.#noted[memory.id] = table;
    if (table.get(0, low, high) >= 0) return;
    table.set(0, low, high, 0);
    const place = this.places.placeAt(mode, memory, low, high);
    const dso = this.places.dsoOf(place.cell);
    const offsets = this.#ofPrograms.get(dso) ?? new Set();
    offsets.add(offsetOf(place));
    this.#ofPrograms.set(dso, offsets);
  }

  /** Looks up all that has been noted. */
  ask(programs: Programs): void {
    for (const [dso, noted] of this.#ofPrograms) {
      const path = programs.fileOf(this.places.dsos.textOf(dso));
      if (path === undefined) continue;
      const offsets = [...noted];
      const found = sourceFrames(path, offsets);
      if (found) this.#found.set(dso, new Map(found.map((place, i) => [offsets[i] ?? 0, place])));
      else programs.notices.push(`addr2line, of binutils, tells nothing of ${path}: its lines are not known`);
    }
    this.#ofPrograms.clear();
    this.#noted.length = 0;
  }

  of(place: Place): PlaceSourceFrames {
    const found = this.#found.get(this.places.dsoOf(place.cell))?.get(offsetOf(place));
    return (
      found ?? { address: (BigInt(place.high >>> 0) << 32n) | BigInt(place.low >>> 0), frames: [], isKnown: false }
    );
  }
}

const offsetOf = ({ low, high }: Place): number => high * TWO_32 + (low >>> 0);
