import { HEADER_BYTES } from '../abi/ring-page';
import { MergedOrder } from './merged-order';
import { RecordCopier } from './record-copier';
import { grown } from './word-table';

/** Copies of records lie in pieces of at least this many bytes. */
const PIECE_BYTES = 4 << 20;

/** Rounds are short, and there are many. */
const MOST_FREE = 4;

/** Takes a record: a view of it, where its body begins, and where it ends. Valid until it returns. */
export type RecordTarget = (view: DataView, begin: number, end: number) => void;

/**
 * Puts records in order, of which those of one CPU are in order already. Rounds tell how far: what is older than everything
 * of the round before cannot come any more. Without rounds all of them are kept until the end.
 * Source: ordered_events in tools/perf/util/ordered-events.c, Linux 6.18.
 */
export class TimeOrder {
  #pieces: DataView[] = [];
  /** Pieces of which everything has been delivered. */
  #free: DataView[] = [];
  #used = PIECE_BYTES;
  /** Of each record that waits. */
  #times = new Float64Array(1 << 10);
  #piece = new Int32Array(1 << 10);
  #begin = new Int32Array(1 << 10);
  #end = new Int32Array(1 << 10);
  #count = 0;
  readonly #order = new MergedOrder();
  readonly #copier = new RecordCopier();
  #latest = Number.NEGATIVE_INFINITY;
  #limit = Number.NEGATIVE_INFINITY;

  constructor(private readonly deliver: RecordTarget) {}

  /** A record of that time, which begins `header` bytes before `begin` in `view`. Copied. */
  add(time: number, view: DataView, header: number, begin: number, end: number): void {
    const length = end - begin + header;
    const piece = this.pieceFor(length);
    const from = this.#used;
    this.#copier.copy(view, begin - header, piece, from, length);
    this.#used += Math.ceil(length / 8) * 8;
    this.note(time, this.#pieces.length - 1, from + header, from + length);
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

  private note(time: number, piece: number, begin: number, end: number): void {
    const i = this.#count;
    if (i === this.#times.length) this.grow();
    this.#times[i] = time;
    this.#piece[i] = piece;
    this.#begin[i] = begin;
    this.#end[i] = end;
    this.#count += 1;
  }

  private grow(): void {
    const size = this.#count + 1;
    const whole = (length: number) => new Int32Array(length);
    this.#times = grown(this.#times, size, (length) => new Float64Array(length));
    this.#piece = grown(this.#piece, size, whole);
    this.#begin = grown(this.#begin, size, whole);
    this.#end = grown(this.#end, size, whole);
  }

  private flush(limit: number): void {
    const due = this.#order.upTo(this.#times, this.#count, limit);
    for (let at = 0; at < due.length; at += 1) {
      const i = due[at] ?? 0;
      const piece = this.#pieces[this.#piece[i] ?? 0];
      if (piece) this.deliver(piece, this.#begin[i] ?? 0, this.#end[i] ?? 0);
    }
    this.keepAfter(limit);
  }

  /** What is left goes to pieces of its own, so that those of what is done can go. */
  private keepAfter(limit: number): void {
    const [pieces, count] = [this.#pieces, this.#count];
    this.#pieces = [];
    this.#used = PIECE_BYTES;
    this.#count = 0;
    for (let i = 0; i < count; i += 1) {
      const time = this.#times[i] ?? 0;
      const piece = pieces[this.#piece[i] ?? 0];
      const [begin, end] = [this.#begin[i] ?? 0, this.#end[i] ?? 0];
      // The header, too, which is before `begin`.
      if (time > limit && piece) this.add(time, piece, HEADER_BYTES, begin, end);
    }
    this.#free = [...pieces, ...this.#free].slice(0, MOST_FREE);
  }

  private pieceFor(length: number): DataView {
    const last = this.#pieces.at(-1);
    if (last && this.#used + length <= last.byteLength) return last;
    const piece = this.#free.pop() ?? new DataView(new ArrayBuffer(Math.max(PIECE_BYTES, length)));
    this.#pieces.push(piece);
    this.#used = 0;
    return piece;
  }
}
