/** The element of an id, of a kind. @throws Error where the page is not ours */
export function element<T extends HTMLElement>(id: string, kind: new () => T): T {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`the page has no ${id}`);
}

/** Pixels of a side that canvases of all browsers can have: larger ones stay blank. */
const LONGEST_SIDE = 32767;

/** A canvas as large as it is shown, in the pixels of the screen. @returns its context, drawing in CSS pixels */
export function sized(canvas: HTMLCanvasElement, height: number): { context: CanvasRenderingContext2D; width: number } {
  const width = Math.max(1, canvas.parentElement?.clientWidth ?? canvas.clientWidth);
  // The deepest stacks are drawn coarser.
  const scale = Math.min(window.devicePixelRatio || 1, LONGEST_SIDE / height);
  canvas.style.height = `${height}px`;
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const context = canvas.getContext('2d');
  if (!context) throw new Error('there is no canvas');
  context.scale(scale, scale);
  return { context, width };
}

/** A row of a table, its texts as text. */
export function tableRow(texts: readonly string[], onChoose?: () => void): HTMLTableRowElement {
  const row = document.createElement('tr');
  for (const text of texts) row.insertCell().textContent = text;
  if (onChoose) {
    row.tabIndex = 0;
    row.addEventListener('click', onChoose);
    row.addEventListener('keydown', (event) => {
      if (event.key === 'Enter') onChoose();
    });
  }
  return row;
}

/** Fills a select with choices; the first is none. */
export function fill(select: HTMLSelectElement, none: string, choices: readonly (readonly [string, string])[]): void {
  select.replaceChildren(new Option(none, ''), ...choices.map(([value, text]) => new Option(text, value)));
}

/** What a page that is dark, and not on paper, matches. */
export const DARK = 'screen and (prefers-color-scheme: dark)';

export const isDark = (): boolean => window.matchMedia(DARK).matches;
