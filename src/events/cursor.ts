import { type EventProblem, EventSpecError } from './event-spec-error';
import type { Place } from './place';

/**
 * A position in an event text that only moves forward. Patterns are sticky (`/…/y`) and made of character classes, so
 * every step is linear and the parsers above it always end.
 */
export class Cursor {
  #offset = 0;

  /** @param kind what its errors are about; default an event */
  constructor(
    readonly source: string,
    readonly kind: Pick<EventProblem, 'code' | 'noun'> = {},
  ) {}

  get offset(): number {
    return this.#offset;
  }

  get done(): boolean {
    return this.#offset >= this.source.length;
  }

  /** The next character, empty at the end. */
  get next(): string {
    return this.source.charAt(this.#offset);
  }

  /** What the pattern matches here, stepped over; undefined, and no step, when it does not match. */
  match(pattern: RegExp): RegExpExecArray | undefined {
    const found = this.look(pattern);
    if (found) this.#offset += found[0].length;
    return found;
  }

  /** As `match`, without the step. */
  look(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#offset;
    return pattern.exec(this.source) ?? undefined;
  }

  /** Steps over `literal` if it is next. */
  take(literal: string): boolean {
    if (!this.source.startsWith(literal, this.#offset)) return false;
    this.#offset += literal.length;
    return true;
  }

  skipSpace(): void {
    this.match(/[ \t\r\n]*/y);
  }

  /** From `from` up to where the cursor stands. */
  place(from: number): Place {
    return { source: this.source, from, to: this.#offset };
  }

  /** The next character as a place; empty at the end of the text. */
  here(): Place {
    return { source: this.source, from: this.#offset, to: Math.min(this.#offset + 1, this.source.length) };
  }

  /** The error for what stands here when something else should. */
  unexpected(expected: string, where: Place = this.here()): EventSpecError {
    const found = where.source.slice(where.from, where.to);
    if (found === '' && !this.done) return this.unexpected(expected);
    return new EventSpecError({
      ...this.kind,
      where,
      why: found === '' ? 'the text ends too early' : `unexpected '${found}'`,
      remedy: `write ${expected}`,
    });
  }
}
