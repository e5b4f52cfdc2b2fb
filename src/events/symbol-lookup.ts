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
  /** @throws SyswideError when it could be several, or has no single address */
  find(symbol: string): FileSymbol | undefined;
  /** Names to suggest from. */
  names(): Iterable<string>;
  /** Whether the byte at this offset of the file is mapped to be executed. */
  isCode(fileOffset: bigint): boolean;
}

/** What an ELF file says of a symbol. */
export interface FileSymbol {
  /** `st_value`: the address, as the file has it. */
  readonly address: bigint;
  /** In bytes; 0 when the file does not say. */
  readonly size: bigint;
  /** Where its first byte lies in the file; absent for variables that begin as 0. */
  readonly fileOffset?: bigint;
}
