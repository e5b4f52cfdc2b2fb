/** Copies of records lie in pieces of at least this many bytes. */
const PIECE_BYTES = 4 << 20;

/** Takes a record: a view of it, where its body begins, and where it ends. Valid until it returns. */
export type RecordTarget = (view: DataView, begin: number, end: number) => void;

/**
 * Puts records in order, of which those of one CPU are in order already. Rounds tell how far: what is older than everything
 * of the round before cannot come any more. Without rounds all of them are kept until the end.
 * Source: ordered_events in tools/perf/util/ordered-events.c, Linux 6.18.
 */
export class TimeOrder {
  #pieces: Buffer[] = [];
  #used = 0;
  #times: number[] = [];
  #places: { readonly piece: DataView; readonly begin: number; readonly end: number }[] = [];
  #latest = Number.NEGATIVE_INFINITY;
  #limit = Number.NEGATIVE_INFINITY;

  constructor(private readonly deliver: RecordTarget) {}

  /** A record of that time, which begins at `begin - header` in `view`. Copied. */
  add(time: number, view: DataView, header: number, begin: number, end: number): void {
    const length = end - begin + header;
    const piece = this.pieceFor(length);
    const from = this.#used;
    piece.set(new Uint8Array(view.buffer, view.byteOffset + begin - header, length), from);
    this.#used += Math.ceil(length / 8) * 8;
    this.#times.push(time);
    this.#places.push({
      piece: new DataView(piece.buffer, piece.byteOffset, piece.length),
      begin: from + header,
      end: from + length,
    });
    this.#latest = Math.max(this.#latest, time);
  }

  /** A round is over. */
  endRound(): void {
    this.flush(this.#limit);
    this.#limit = this.#latest;
  }

  /** There are no more. */
  end(): void {
    this.flush(Number.POSITIVE_INFINITY);
  }

  private flush(limit: number): void {
    const [times, places] = [this.#times, this.#places];
    const due = Uint32Array.from(times.keys()).filter((i) => (times[i] ?? 0) <= limit);
    if (due.length === 0) return;
    due.sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b);
    for (const i of due) {
      const place = places[i];
      if (place) this.deliver(place.piece, place.begin, place.end);
    }
    this.#times = times.filter((time) => time > limit);
    this.#places = places.filter((_, i) => (times[i] ?? 0) > limit);
    // The pieces of what is left are held by its places.
    this.#pieces = [];
    this.#used = 0;
  }

  private pieceFor(length: number): Buffer {
    const last = this.#pieces.at(-1);
    if (last && this.#used + length <= last.length) return last;
    const piece = Buffer.alloc(Math.max(PIECE_BYTES, length));
    this.#pieces.push(piece);
    this.#used = 0;
    return piece;
  }
}
