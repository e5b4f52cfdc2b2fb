import { SyswideError } from '../base/error';
import type { Place } from './place';
import { didYouMean } from './suggestions';

/** What is wrong with an event text, in the parts of which the message is made. */
export interface EventProblem {
  /** Where in the text. */
  readonly where: Place;
  /** What is wrong there, as a clause: `'x' is not a modifier`. */
  readonly why: string;
  /** What would be right: `use letters of ukh`. */
  readonly remedy: string;
  /** Known names that are near to what was written, nearest first; they go before the remedy. */
  readonly suggestions?: readonly string[];
  /** NOT_SUPPORTED for what is well-formed but cannot be counted here, BAD_METRIC for metrics; default BAD_EVENT. */
  readonly code?: 'BAD_EVENT' | 'BAD_METRIC' | 'NOT_SUPPORTED' | 'NO_TRACEFS' | 'NO_PERMISSION';
  /** What the text is, for the message; default `event`. */
  readonly noun?: 'event' | 'filter' | 'metric';
  readonly cause?: unknown;
}

const QUOTED = 60;

/**
 * An event, filter or metric text that means nothing, or nothing that can be counted here. The message is one line;
 * `where` lets the caller print the text with a caret below (`pointAt`).
 */
export class EventSpecError extends SyswideError {
  override readonly name = 'EventSpecError';
  readonly where: Place;
  readonly suggestions: readonly string[];

  constructor(problem: EventProblem) {
    const { where, suggestions = [] } = problem;
    super(problem.code ?? 'BAD_EVENT', {
      what: `${problem.noun ?? 'event'} '${excerpt(where)}', column ${where.from + 1}`,
      why: problem.why,
      remedy: suggestions.length > 0 ? `${didYouMean(suggestions)} — else ${problem.remedy}` : problem.remedy,
      ...(problem.cause === undefined ? {} : { cause: problem.cause }),
    });
    this.where = where;
    this.suggestions = suggestions;
  }

  /** The whole text in which the problem was found. */
  get text(): string {
    return this.where.source;
  }

  /** Offset of the problem in `text`. */
  get offset(): number {
    return this.where.from;
  }
}

/** The text, or what surrounds the place when it is long. */
function excerpt({ source, from }: Place): string {
  if (source.length <= QUOTED) return source;
  const start = Math.max(0, Math.min(from - QUOTED / 3, source.length - QUOTED));
  const cut = source.slice(start, start + QUOTED);
  return `${start > 0 ? '…' : ''}${cut}${start + QUOTED < source.length ? '…' : ''}`;
}

/**
 * Two lines for a terminal: the text and, below, carets under the place. Long texts are cut around it; characters
 * that would move the cursor are shown as `·`, one for one, so that the carets stay where they belong.
 */
export function pointAt(where: Place, columns = 100): [text: string, carets: string] {
  const start = where.source.length <= columns ? 0 : Math.max(0, where.from - Math.floor(columns / 3));
  const shown = where.source.slice(start, start + columns).replace(/[^\x20-\x7e]/g, '·');
  const left = where.from - start;
  const width = Math.max(1, Math.min(where.to - where.from, columns - left));
  return [shown, `${' '.repeat(left)}${'^'.repeat(width)}`];
}
