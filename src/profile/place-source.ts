import type { SourcePlace } from '../symbols/source-frames';
import { AddressTable } from './address-table';
import { addressOf } from './cells';
import { isContext, Mode, modeOf } from './chain-context';
import type { Memory } from './memory';
import type { Place, Places } from './places';
import { programFrames } from './program-frames';
import type { Programs } from './programs';
import type { SampleCursor } from './sample-cursor';

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
  readonly #found = new Map<number, ReadonlyMap<number, SourcePlace>>();

  readonly #hasKernel: boolean;

  constructor(
    private readonly places: Places,
    private readonly programs: Programs,
  ) {
    this.#hasKernel = programs.vmlinux !== undefined;
  }

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
    if (mode !== Mode.user && !this.#hasKernel) return;
    const space = mode === Mode.user ? memory.id : 0;
    const table = this.#noted[space] ?? new AddressTable();
    this.#noted[space] = table;
    if (table.get(mode, low, high) >= 0) return;
    table.set(mode, low, high, 0);
    const place = this.places.placeAt(mode, memory, low, high);
    const dso = this.places.cells.dsoOf(place.cell);
    const offsets = this.#ofPrograms.get(dso) ?? new Set();
    offsets.add(offsetOf(place));
    this.#ofPrograms.set(dso, offsets);
  }

  /** Looks up all that has been noted. */
  ask(): void {
    for (const [dso, noted] of this.#ofPrograms) {
      const offsets = [...noted];
      const addresses = offsets.map((offset) => BigInt.asUintN(64, BigInt(offset)));
      const found = programFrames(dso, addresses, this.places, this.programs);
      if (found) this.#found.set(dso, new Map(found.map((place, i) => [offsets[i] ?? 0, place])));
    }
    this.#ofPrograms.clear();
    this.#noted.length = 0;
  }

  of(place: Place): SourcePlace {
    const found = this.#found.get(this.places.cells.dsoOf(place.cell))?.get(offsetOf(place));
    return found ?? { address: addressOf(place), frames: [], isKnown: false };
  }
}

/** Of the kernel it is below 0, and exact. */
const offsetOf = ({ low, high }: Place): number => high * TWO_32 + (low >>> 0);
