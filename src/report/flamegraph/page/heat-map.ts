import type { FlameData, TroubleSpan } from '../view/flame-data';
import { type Heat, heat } from '../view/heat';
import { type HeatWindow, windowAfter } from '../view/heat-window';
import type { Selection } from '../view/selection';
import { element, isDark, sized } from './elements';

/** Room for the numbers of CPUs. */
const LEFT = 52;

/** The map of CPUs and time, and the window in it. */
export class HeatMap {
  readonly #canvas = element('heat', HTMLCanvasElement);
  /** Indexes of CPUs by row. */
  readonly rows: readonly number[];
  readonly #rowHeight: number;
  #heat: Heat | undefined;
  #width = 1;
  /** What is drawn: while a pointer drags, not yet that which was told. */
  #window: HeatWindow | undefined;
  #told: HeatWindow | undefined;
  #anchor: { x: number; y: number } | undefined;

  constructor(
    private readonly data: FlameData,
    private readonly onWindow: (window: HeatWindow | undefined) => void,
  ) {
    this.rows = data.meta.cpus.map((_, i) => i).sort((a, b) => (data.meta.cpus[a] ?? 0) - (data.meta.cpus[b] ?? 0));
    this.#rowHeight = Math.max(3, Math.min(26, Math.floor(240 / Math.max(1, this.rows.length))));
    this.#canvas.addEventListener('pointerdown', (event) => this.press(event));
    this.#canvas.addEventListener('pointermove', (event) => this.drag(event));
    this.#canvas.addEventListener('pointerup', () => this.release());
    this.#canvas.addEventListener('pointercancel', () => this.cancel());
    this.#canvas.addEventListener('keydown', (event) => this.key(event));
  }

  /** Counts anew, and draws. */
  show(selection: Selection): void {
    this.#heat = heat(
      this.data,
      selection,
      Math.max(20, Math.min(400, Math.floor((this.#canvas.clientWidth - LEFT) / 3))),
    );
    this.draw();
  }

  choose(window: HeatWindow | undefined): void {
    this.#window = window;
    this.draw();
    this.tell();
  }

  draw(): void {
    const found = this.#heat;
    if (!found) return;
    const { context, width } = sized(this.#canvas, this.rows.length * this.#rowHeight + 18);
    this.#width = width - LEFT;
    const binWidth = this.#width / found.bins;
    const dark = isDark();
    for (const [row, cpu] of this.rows.entries()) {
      for (let bin = 0; bin < found.bins; bin += 1) {
        const count = found.counts[cpu * found.bins + bin] ?? 0;
        if (count === 0) continue;
        const share = Math.sqrt(count / found.most);
        context.fillStyle = dark
          ? `hsl(28 ${30 + share * 60}% ${16 + share * 44}%)`
          : `hsl(${38 - share * 26} 85% ${94 - share * 50}%)`;
        context.fillRect(LEFT + bin * binWidth, row * this.#rowHeight, binWidth + 0.5, this.#rowHeight - 1);
      }
    }
    const { troubles, recordings } = this.data.meta;
    for (const span of troubles) if (span.side === recordings.length - 1) this.drawTrouble(context, span, dark);
    this.drawText(context, dark);
    this.drawWindow(context, dark);
  }

  private drawTrouble(context: CanvasRenderingContext2D, { kind, cpu, from, to }: TroubleSpan, dark: boolean): void {
    const row = this.rows.findIndex((index) => this.data.meta.cpus[index] === cpu);
    if (row < 0) return;
    const duration = Math.max(1, this.data.meta.duration);
    const [left, right] = [from, Math.min(to, duration)].map((time) => LEFT + (time / duration) * this.#width);
    if (left === undefined || right === undefined || right < left) return;
    const [top, width] = [row * this.#rowHeight, Math.max(2, right - left)];
    if (kind === 'offline') hatch(context, left, top, width, this.#rowHeight - 1, dark);
    else {
      context.fillStyle = kind === 'lost' ? '#c2185b' : '#0277bd';
      context.fillRect(left, kind === 'lost' ? top : top + this.#rowHeight - 4, width, 3);
    }
  }

  private drawText(context: CanvasRenderingContext2D, dark: boolean): void {
    context.fillStyle = dark ? '#9aa5af' : '#5c6670';
    context.font = '11px system-ui, "DejaVu Sans", sans-serif';
    context.textBaseline = 'middle';
    const step = Math.max(1, Math.ceil(12 / this.#rowHeight));
    for (const [row, cpu] of this.rows.entries()) {
      if (row % step === 0)
        context.fillText(cpuText(this.data.meta.cpus[cpu]), 2, Math.max(6, (row + 0.5) * this.#rowHeight));
    }
    const y = this.rows.length * this.#rowHeight + 9;
    const seconds = this.data.meta.duration / 1e9;
    for (let i = 0; i <= 4; i += 1) {
      context.textAlign = i === 0 ? 'left' : i === 4 ? 'right' : 'center';
      context.fillText(`${((seconds * i) / 4).toPrecision(3)} s`, LEFT + (this.#width * i) / 4, y);
    }
    context.textAlign = 'left';
  }

  private drawWindow(context: CanvasRenderingContext2D, dark: boolean): void {
    const chosen = this.#window;
    if (!chosen) return;
    const duration = Math.max(1, this.data.meta.duration);
    const x = LEFT + (chosen.from / duration) * this.#width;
    const width = ((chosen.to - chosen.from) / duration) * this.#width;
    context.strokeStyle = dark ? '#6cb2ff' : '#0b62c4';
    context.lineWidth = 2;
    const height = (chosen.lastRow - chosen.firstRow + 1) * this.#rowHeight;
    context.fillStyle = dark ? '#6cb2ff26' : '#0b62c41f';
    context.fillRect(x, chosen.firstRow * this.#rowHeight, width, height);
    context.strokeRect(x, chosen.firstRow * this.#rowHeight + 1, width, height - 2);
  }

  private tell(): void {
    this.#told = this.#window;
    this.onWindow(this.#window);
  }

  private press(event: PointerEvent): void {
    // The menu of another button takes its release: then every move would be a drag.
    if (event.button !== 0 || this.rows.length === 0) return;
    this.#anchor = { x: event.offsetX, y: event.offsetY };
    this.#canvas.setPointerCapture(event.pointerId);
  }

  private drag(event: PointerEvent): void {
    const anchor = this.#anchor;
    if (!anchor || Math.abs(event.offsetX - anchor.x) < 3) return;
    const time = (x: number) =>
      Math.round(Math.max(0, Math.min(1, (x - LEFT) / this.#width)) * this.data.meta.duration);
    const row = (y: number) => Math.max(0, Math.min(this.rows.length - 1, Math.floor(y / this.#rowHeight)));
    const [left, right] = [Math.min(anchor.x, event.offsetX), Math.max(anchor.x, event.offsetX)];
    const [top, bottom] = [Math.min(anchor.y, event.offsetY), Math.max(anchor.y, event.offsetY)];
    this.#window = { from: time(left), to: time(right), firstRow: row(top), lastRow: row(bottom) };
    this.draw();
  }

  private release(): void {
    if (this.#anchor && this.#window) this.tell();
    this.#anchor = undefined;
  }

  /** The browser scrolls instead: nothing was chosen. */
  private cancel(): void {
    this.#anchor = undefined;
    this.#window = this.#told;
    this.draw();
  }

  private key(event: KeyboardEvent): void {
    if (event.key === 'Escape') this.choose(undefined);
    // With those, arrows are keys of the browser: back, and forward.
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const extent = { duration: this.data.meta.duration, lastRow: this.rows.length - 1 };
    const window = windowAfter(event.key, event.shiftKey, this.#window, extent);
    if (!window) return;
    event.preventDefault();
    this.choose(window);
  }
}

/** Samples that do not tell their CPU have one row. */
const cpuText = (cpu = -1): string => (cpu < 0 ? 'all' : `CPU ${cpu}`);

/** Slanting lines, as of what is not there. */
function hatch(
  context: CanvasRenderingContext2D,
  ...[x, y, width, height, dark]: [x: number, y: number, width: number, height: number, dark: boolean]
): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.fillStyle = dark ? '#2a3138' : '#e7eaed';
  context.fill();
  context.strokeStyle = dark ? '#7d8893' : '#8b95a0';
  context.lineWidth = 1;
  context.beginPath();
  for (let at = -height; at < width; at += 6) {
    context.moveTo(x + at, y + height);
    context.lineTo(x + at + height, y);
  }
  context.stroke();
  context.restore();
}
