import { bytesOf } from './foreign-library';
import { checked } from './kernel-error';
import { sharedShim } from './shim';

/** An ELF file's symbols as they stand in it. */
export interface ElfSymbols {
  readonly symbols: Buffer;
  readonly entryBytes: number;
  readonly is64Bit: boolean;
  readonly names: Buffer;
}

/** A stretch of addresses, of which the file has those below `fileEnd`, at `address + shift`. Bytes. */
export interface ElfPlace {
  readonly from: number;
  readonly fileEnd: number;
  readonly to: number;
  readonly shift: number;
}

/** Functions and labels; an entry of each array for each. */
export interface ElfCode {
  /** Where they are in the file. */
  readonly starts: Float64Array;
  /** Bytes. */
  readonly sizes: Float64Array;
  /** Where their names begin. */
  readonly names: Uint32Array;
  /** `st_info`. */
  readonly infos: Uint8Array;
}

/**
 * Finds functions and labels that are in the file, in its order.
 * @param upper the bits of upper halves of addresses and sizes that are looked at
 * @param hasLabels whether bare labels in a section, by its index, are names: what other files cannot see is none then
 */
export function elfCode(
  table: ElfSymbols,
  places: readonly ElfPlace[],
  upper: number,
  hasLabels: readonly boolean[],
): ElfCode {
  const { symbols, names: text } = table;
  const room = Math.floor(symbols.length / table.entryBytes);
  const [starts, sizes] = [new Float64Array(room), new Float64Array(room)];
  const [names, infos] = [new Uint32Array(room), new Uint8Array(room)];
  const ofFile = [symbols, symbols.length, Math.min(table.entryBytes, 2 ** 31), Number(table.is64Bit)] as const;
  const stretches = Float64Array.from(places.flatMap(({ from, fileEnd, to, shift }) => [from, fileEnd, to, shift]));
  const labels = Uint8Array.from(hasLabels, Number);
  const found = [bytesOf(starts), bytesOf(sizes), bytesOf(names), bytesOf(infos), room] as const;
  const { sw_elf_symbols } = sharedShim();
  const count = checked(
    'sw_elf_symbols',
    sw_elf_symbols(
      ...ofFile,
      text,
      text.length,
      bytesOf(stretches),
      places.length,
      bytesOf(labels),
      labels.length,
      upper,
      ...found,
    ),
  );
  return {
    starts: starts.subarray(0, count),
    sizes: sizes.subarray(0, count),
    names: names.subarray(0, count),
    infos: infos.subarray(0, count),
  };
}
