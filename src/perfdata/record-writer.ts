import type { FinalFacts } from './features';

/** Takes the records of a recording, wherever it puts them. */
export interface RecordWriter {
  /** Bytes of records so far. */
  readonly dataSize: number;

  /**
   * Adds whole records.
   * @param views bytes of them, cut anywhere; not kept
   * @throws SyswideError OUTPUT_FAILED
   */
  append(views: readonly Uint8Array[]): void;

  /**
   * Adds the ids of clones that have come since: before their first records are appended.
   * @param ids by index of their event
   * @throws SyswideError OUTPUT_FAILED
   */
  addIds(ids: readonly (readonly [event: number, id: bigint])[]): void;

  /**
   * Makes what was appended part of what readers see, and ends a round: all rings have been emptied once. Of two rounds with
   * nothing between them, the second tells readers that what is older than the newest record so far has all been read.
   * @throws SyswideError OUTPUT_FAILED
   */
  sync(): void;

  /** Ends the recording with what it says of itself. @throws SyswideError OUTPUT_FAILED */
  finish(facts: FinalFacts): void;

  /** Gives back what it holds. Harmless when repeated. */
  close(): void;
}
