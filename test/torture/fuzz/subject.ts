/** Something that takes bytes from strangers. */
export interface Subject {
  readonly seeds: readonly Buffer[];
  /**
   * Gives it the bytes, and uses all that it makes of them. A `SyswideError` is a right answer; whatever else is thrown is
   * a crash.
   * @returns whether it said that something is wrong with them
   */
  readonly take: (bytes: Buffer) => boolean | Promise<boolean>;
}
