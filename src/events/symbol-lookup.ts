/**
 * Finds the symbols that breakpoints and probes name. The symbols room implements it; this room only needs the
 * answers.
 */
export interface SymbolLookup {
  /**
   * Address of a kernel symbol; undefined when there is none of that name.
   * @throws SyswideError when the kernel hides its addresses from this user
   */
  kernelAddress(symbol: string): bigint | undefined;
  /** Names to suggest from. */
  kernelNames(): Iterable<string>;
  /** @throws SyswideError when there is no such file, or it is no ELF file */
  file(path: string): FileSymbols;
}

/** The symbols of one ELF file. */
export interface FileSymbols {
  /** It is loaded wherever there is room (PIE, shared libraries): addresses below are relative to that. */
  readonly positionIndependent: boolean;
  find(symbol: string): FileSymbol | undefined;
  /** Names to suggest from. */
  names(): Iterable<string>;
}

export interface FileSymbol {
  /** `st_value`: the address, as the file has it. */
  readonly address: bigint;
  /** Where its first byte lies in the file. */
  readonly fileOffset: bigint;
}
