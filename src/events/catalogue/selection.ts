import { isGlob, matchesGlob } from '../glob';
import type { ListedEvent, ListedKind } from './listed-event';

/** Words that stand for a kind, as perf list takes them, and a few more. */
const kindWords: Readonly<Record<string, ListedKind>> = {
  hw: 'hardware',
  hardware: 'hardware',
  sw: 'software',
  software: 'software',
  tool: 'tool',
  cache: 'cache',
  hwcache: 'cache',
  hw_cache: 'cache',
  pmu: 'pmu',
  raw: 'raw',
  mem: 'breakpoint',
  breakpoint: 'breakpoint',
  probe: 'probe',
  tracepoint: 'tracepoint',
};

/** One word of the command line. */
interface Word {
  readonly text: string;
  /** The only kind it can take; undefined for a part of a name. */
  readonly kind: ListedKind | undefined;
  readonly takes: (event: ListedEvent) => boolean;
}

/**
 * The events that words select: kinds, globs over whole names, or parts of names, upper or lower case, as in perf list.
 * No words select everything. Remembers which words have found something.
 */
export class Selection {
  readonly #words: readonly Word[];
  readonly #found = new Set<string>();

  constructor(words: readonly string[]) {
    this.#words = [...new Set(words)].map(readWord);
  }

  /** False when only events of other kinds are asked for. */
  get canTakeTracepoints(): boolean {
    return this.#words.length === 0 || this.#words.some(({ kind = 'tracepoint' }) => kind === 'tracepoint');
  }

  /** Whether anything is left out. */
  get isNarrow(): boolean {
    return this.#words.length > 0;
  }

  /** Whether the event is selected. */
  take(event: ListedEvent): boolean {
    if (!this.isNarrow) return true;
    const words = this.wordsFor(event);
    for (const word of words) this.#found.add(word);
    return words.length > 0;
  }

  /** The words that select it, without remembering them. */
  wordsFor(event: ListedEvent): string[] {
    return this.#words.flatMap(({ text, takes }) => (takes(event) ? [text] : []));
  }

  /** The words that have selected nothing so far. */
  get unmatched(): string[] {
    return this.#words.flatMap(({ text }) => (this.#found.has(text) ? [] : [text]));
  }
}

function readWord(text: string): Word {
  const wanted = text.toLowerCase();
  const kind = Object.hasOwn(kindWords, wanted) ? kindWords[wanted] : undefined;
  if (kind) return { text, kind, takes: (event) => event.kind === kind };
  const fits = isGlob(wanted)
    ? (name: string) => matchesGlob(wanted, name.toLowerCase())
    : (name: string) => name.toLowerCase().includes(wanted);
  return { text, kind, takes: ({ name, aliases }) => fits(name) || aliases?.some(fits) === true };
}
