import type { FunctionRow, Neighbour } from '../view/functions';
import type { Session } from '../view/session';
import { element, tableRow } from './elements';

/** So many rows are in the page at once: who needs others, searches. */
const MOST_ROWS = 150;

export type SortBy = 'self' | 'total' | 'name' | 'dso';

/** The functions, and the callers and callees of the chosen one. */
export class Tables {
  readonly #functions = element('functions', HTMLTableElement);
  #sortBy: SortBy = 'self';
  #chosen: number | undefined;
  /** All functions in order, for as long as they are the same. */
  #sorted:
    | { readonly of: readonly FunctionRow[]; readonly by: SortBy; readonly rows: readonly FunctionRow[] }
    | undefined;

  constructor(private readonly session: Session) {
    for (const button of this.#functions.querySelectorAll('button')) {
      button.addEventListener('click', () => {
        this.#sortBy = button.dataset.sort as SortBy;
        this.showFunctions();
      });
    }
  }

  show(): void {
    this.showFunctions();
    if (this.#chosen !== undefined) this.choose(this.#chosen);
  }

  /** Those that were found, where something is searched for. */
  showFunctions(): void {
    const { session } = this;
    const { found } = session;
    const sorted = this.sorted();
    const rows = found ? sorted.filter(({ frame }) => found.frames[frame] === 1) : sorted;
    const shown = rows.slice(0, MOST_ROWS);
    const body = this.#functions.tBodies[0];
    body?.replaceChildren(
      ...shown.map(({ frame, self, total }) =>
        tableRow([this.share(self), this.share(total), session.nameOf(frame), session.placeOf(frame)], () =>
          this.choose(frame),
        ),
      ),
    );
    if (rows.length > shown.length) {
      body?.append(
        tableRow(['', '', `… and ${(rows.length - shown.length).toLocaleString('en')} more: search for them`, '']),
      );
    }
    for (const button of this.#functions.querySelectorAll('button')) {
      button
        .closest('th')
        ?.setAttribute(
          'aria-sort',
          button.dataset.sort !== this.#sortBy
            ? 'none'
            : this.#sortBy === 'name' || this.#sortBy === 'dso'
              ? 'ascending'
              : 'descending',
        );
    }
  }

  choose(frame: number): void {
    if (frame < 0) return;
    this.#chosen = frame;
    const { callers, callees } = this.session.neighbours(frame);
    element('chosen', HTMLElement).textContent = `Callers and callees of ${this.session.nameOf(frame)}`;
    this.fill('callers', callers);
    this.fill('callees', callees);
  }

  private fill(id: string, list: readonly Neighbour[]): void {
    const rows = list
      .slice(0, MOST_ROWS)
      .map(({ frame, weight }) =>
        tableRow(
          [this.share(weight), frame < 0 ? 'nobody: the stack begins there' : this.session.nameOf(frame)],
          frame < 0 ? undefined : () => this.goTo(frame),
        ),
      );
    if (rows.length === 0) rows.push(tableRow(['', 'none']));
    if (list.length > rows.length)
      rows.push(tableRow(['', `… and ${(list.length - rows.length).toLocaleString('en')} more`]));
    element(id, HTMLTableElement).tBodies[0]?.replaceChildren(...rows);
  }

  /** To a caller or callee. Its row goes away: keys go on from the heading of the new ones. */
  private goTo(frame: number): void {
    const isByKey = document.activeElement?.matches(':focus-visible') ?? false;
    this.choose(frame);
    if (isByKey) element('chosen', HTMLElement).focus();
  }

  private sorted(): readonly FunctionRow[] {
    const [of, by] = [this.session.functions(), this.#sortBy];
    if (this.#sorted?.of !== of || this.#sorted.by !== by) this.#sorted = { of, by, rows: [...of].sort(this.order()) };
    return this.#sorted.rows;
  }

  private order(): (a: FunctionRow, b: FunctionRow) => number {
    const by = this.#sortBy;
    if (by === 'self' || by === 'total') return (a, b) => b[by] - a[by] || b.total - a.total;
    const text = (frame: number) => (by === 'name' ? this.session.nameOf(frame) : this.session.placeOf(frame));
    return (a, b) => (text(a.frame) < text(b.frame) ? -1 : 1);
  }

  private share(weight: number): string {
    const { total } = this.session.weighed;
    return total === 0 ? '–' : `${((weight / total) * 100).toFixed(2)} %`;
  }
}
