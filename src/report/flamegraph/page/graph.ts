import type { Box } from '../view/layout';
import { element, isDark, sized } from './elements';

const ROW = 18;

const FONT = '12px system-ui, "DejaVu Sans", sans-serif';

/** How boxes look. */
export interface GraphLook {
  readonly text: (node: number) => string;
  readonly colour: (box: Box) => string;
  /** Whether it is a function that the compiler put into its caller. */
  readonly isInlined: (node: number) => boolean;
  /** By node, where something is searched for: whether it was found. */
  readonly found: ((node: number) => boolean) | undefined;
  /** With the root at the top. */
  readonly topDown: boolean;
}

/** The canvas with boxes, and the one that is pointed at or chosen by keys. */
export class Graph {
  readonly canvas = element('graph', HTMLCanvasElement);
  #boxes: readonly Box[] = [];
  #rows: Box[][] = [];
  #look: GraphLook | undefined;
  #width = 1;
  /** Chosen with keys. */
  current: Box | undefined;

  show(boxes: readonly Box[], look: GraphLook): void {
    this.#boxes = boxes;
    this.#look = look;
    this.#rows = [];
    for (const box of boxes) {
      const row = this.#rows[box.row] ?? [];
      this.#rows[box.row] = row;
      row.push(box);
    }
    this.current = undefined;
    this.draw();
  }

  get width(): number {
    return Math.max(1, this.canvas.parentElement?.clientWidth ?? 1);
  }

  get boxes(): readonly Box[] {
    return this.#boxes;
  }

  draw(): void {
    const look = this.#look;
    if (!look) return;
    const { context, width } = sized(this.canvas, Math.max(1, this.#rows.length) * ROW);
    this.#width = width;
    const dark = isDark();
    context.font = FONT;
    context.textBaseline = 'middle';
    const letter = context.measureText('m').width * 0.6;
    for (const box of this.#boxes) this.drawBox(context, box, look, dark, letter);
  }

  private drawBox(context: CanvasRenderingContext2D, box: Box, look: GraphLook, dark: boolean, letter: number): void {
    const [x, y] = [box.from * this.#width, this.top(box.row)];
    const width = (box.to - box.from) * this.#width;
    context.globalAlpha = look.found?.(box.node) === false ? 0.35 : 1;
    context.fillStyle = look.found?.(box.node) ? (dark ? '#a93fb5' : '#e58cf0') : look.colour(box);
    context.fillRect(x, y, Math.max(0.6, width - (width > 3 ? 0.8 : 0)), ROW - 1);
    context.globalAlpha = 1;
    const isInlined = look.isInlined(box.node);
    if (isInlined) dashed(context, x, look.topDown ? y : y + ROW - 2, width, dark);
    if (box === this.current) outline(context, x, y, width, dark);
    if (width < 28) return;
    const room = Math.floor((width - 8) / letter);
    const text = look.text(box.node);
    context.fillStyle = dark ? '#f1f4f6' : '#14181c';
    const shown = text.length > room ? `${text.slice(0, Math.max(1, room - 1))}…` : text;
    if (isInlined) context.font = `italic ${FONT}`;
    context.fillText(shown, x + 4, y + ROW / 2, width - 8);
    if (isInlined) context.font = FONT;
  }

  /** The box at a place in CSS pixels. */
  boxAt(x: number, y: number): Box | undefined {
    const row = Math.floor(y / ROW);
    // As it is shown: where bars for scrolling came or went, it is not as wide as it was drawn.
    const share = x / this.canvas.clientWidth;
    const boxes = this.#rows[this.#look?.topDown ? row : this.#rows.length - 1 - row] ?? [];
    return boxes.find(({ from, to }) => share >= from && share < to);
  }

  /** Goes from the chosen box to one beside, above or below it. */
  move(key: string): Box | undefined {
    this.current = this.current ? this.beside(this.current, key) : this.#rows[0]?.[0];
    this.draw();
    if (this.current) this.reveal(this.current);
    return this.current;
  }

  /** Scrolls to where stacks begin. */
  showRoot(): void {
    const [root] = this.#boxes;
    if (root) this.reveal(root);
  }

  private reveal({ row }: Box): void {
    const frame = this.canvas.parentElement;
    if (!frame) return;
    const top = this.top(row);
    const least = top + ROW - frame.clientHeight;
    frame.scrollTop = Math.max(least, Math.min(top, frame.scrollTop));
  }

  private beside(now: Box, key: string): Box {
    const row = this.#rows[now.row] ?? [];
    if (key === 'ArrowLeft') return row[row.indexOf(now) - 1] ?? now;
    if (key === 'ArrowRight') return row[row.indexOf(now) + 1] ?? now;
    const towardsLeaves = (key === 'ArrowDown') === (this.#look?.topDown ?? true);
    return this.nextTo(now, towardsLeaves ? 1 : -1) ?? now;
  }

  private nextTo({ from, to, row }: Box, step: number): Box | undefined {
    return this.#rows[row + step]?.find((box) =>
      step > 0 ? box.from >= from - 1e-12 && box.to <= to + 1e-9 : box.to > from,
    );
  }

  private top(row: number): number {
    return (this.#look?.topDown ? row : this.#rows.length - 1 - row) * ROW;
  }
}

function outline(context: CanvasRenderingContext2D, x: number, y: number, width: number, dark: boolean): void {
  context.strokeStyle = dark ? '#fff' : '#000';
  context.lineWidth = 2;
  context.strokeRect(x + 1, y + 1, Math.max(1, width - 2), ROW - 3);
}

/** A broken line between an inlined function and the one that it is a part of. */
function dashed(context: CanvasRenderingContext2D, x: number, y: number, width: number, dark: boolean): void {
  context.save();
  context.strokeStyle = dark ? '#f1f4f6' : '#14181c';
  context.setLineDash([3, 3]);
  context.beginPath();
  context.moveTo(x, y + 0.5);
  context.lineTo(x + width, y + 0.5);
  context.stroke();
  context.restore();
}
