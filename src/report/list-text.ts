import { visible } from '../base/safe-text';
import type { TracepointField } from '../host/tracepoint-format';
import type { ListEntry, ProbeOutcome } from './list-entry';
import type { ListInk } from './list-ink';
import { wrap } from './wrap';

export interface ListTextOptions {
  readonly ink: ListInk;
  /** Columns to write for. */
  readonly width: number;
}

const INDENT = '   ';
/** `yes`, `no`, or `(yes)` for what another event speaks for. */
const MARK_WIDTH = 6;
/** Columns for names; longer ones have a line of their own. */
const NAME_WIDTHS = { narrow: 24, wide: 44 };
const WIDE = 110;
const LEAST_TEXT = 20;

/** Names of the kernel hold nothing else. Most lines are such a name alone, thousands of them. */
const HARMLESS = /^[\w:.-]+$/;

/** Draws events for a person, group by group: one line per name, what it means beside it. */
export class ListText {
  readonly #ink: ListInk;
  readonly #nameWidth: number;
  readonly #width: number;
  #title = '';
  #inferred = false;

  constructor({ ink, width }: ListTextOptions) {
    this.#ink = ink;
    this.#width = width;
    this.#nameWidth = width < WIDE ? NAME_WIDTHS.narrow : NAME_WIDTHS.wide;
  }

  /** A group, its heading only if the group before had another. */
  group(title: string, entries: readonly ListEntry[]): string {
    const common = commonRefusal(entries);
    const note = common === undefined ? '' : this.#note(`none can be counted: ${common}`);
    const lines = entries.map((entry) => this.#entry(entry, common));
    return `${this.#heading(title)}${note}${lines.join('')}`;
  }

  /** The heading of a group of which the machine has nothing, and why. */
  absence(title: string, why: string): string {
    return `${this.#heading(title)}${this.#note(`none: ${why}`)}`;
  }

  /** What is to be said below the last group. */
  tail(): string {
    const note = '(yes): another tracepoint of its system was opened; name 64 of them or fewer to open each.';
    const lines = this.#inferred
      ? wrap(note, { width: this.#width - 1, hanging: '' }).map((line) => ` ${this.#ink.yellow(line)}\n`)
      : [];
    return `${lines.length > 0 ? '\n' : ''}${lines.join('')}${this.#title === '' ? '' : '\n'}`;
  }

  #heading(title: string): string {
    if (title === this.#title) return '';
    this.#title = title;
    return `\n ${this.#ink.bold(visible(title))}\n`;
  }

  #note(text: string): string {
    const lines = wrap(visible(text), { width: this.#width - INDENT.length, hanging: '' });
    return lines.map((line) => `${INDENT}${this.#ink.yellow(line)}\n`).join('');
  }

  #entry(entry: ListEntry, common: string | undefined): string {
    const { event, fields, probe } = entry;
    const { description } = event;
    if (description === undefined && !fields && !probe && HARMLESS.test(event.name)) {
      return `${INDENT}${this.#ink.cyan(event.name)}\n`;
    }
    return this.#fullEntry(entry, common);
  }

  #fullEntry({ event, fields = [], probe }: ListEntry, common: string | undefined): string {
    const name = visible([event.name, ...(event.aliases ?? [])].join(' OR '));
    const paintedName = event.isPattern ? this.#ink.italic(name) : this.#ink.cyan(name);
    const notes = this.#notes(event.description, probe?.reason === common ? undefined : probe);
    const beside = name.length < this.#nameWidth ? notes.shift() : undefined;
    const gap = beside === undefined ? '' : ' '.repeat(this.#nameWidth - name.length) + beside;
    const first = `${INDENT}${probe ? this.#mark(probe) : ''}${paintedName}${gap}`;
    const left = ' '.repeat(INDENT.length + (probe ? MARK_WIDTH : 0));
    const column = left + ' '.repeat(this.#nameWidth);
    const below = [...notes.map((note) => column + note), ...fields.map((field) => `${left}  ${this.#field(field)}`)];
    return `${[first, ...below].join('\n')}\n`;
  }

  #mark({ countable, inferred }: ProbeOutcome): string {
    if (inferred) this.#inferred = true;
    const shown = (inferred ? '(yes)' : countable ? 'yes' : 'no').padEnd(MARK_WIDTH);
    return countable ? this.#ink.green(shown) : this.#ink.red(shown);
  }

  /** The description and, of what cannot be counted or only in part, why. */
  #notes(description: string | undefined, probe: ProbeOutcome | undefined): string[] {
    const room = Math.max(LEAST_TEXT, this.#width - INDENT.length - this.#nameWidth - MARK_WIDTH);
    const why = probe && (!probe.countable || probe.reason.includes(':u')) ? probe.reason : undefined;
    return [
      ...(description === undefined ? [] : wrap(visible(description), { width: room, hanging: '' })),
      ...(why === undefined
        ? []
        : wrap(visible(why), { width: room, hanging: '' }).map((line) => this.#ink.yellow(line))),
    ];
  }

  #field({ name, type }: TracepointField): string {
    return `${visible(name)} ${this.#ink.dim(visible(type))}`;
  }
}

/** The reason why none of several events can be counted, if it is the same for all. */
function commonRefusal(entries: readonly ListEntry[]): string | undefined {
  const reason = entries[0]?.probe?.reason;
  const isCommon =
    entries.length > 1 && entries.every(({ probe }) => probe?.countable === false && probe.reason === reason);
  return isCommon ? reason : undefined;
}
