import { type ColourBy, differenceColour, frameColours, ownerColour } from '../view/colour';
import { type FlameData, isInlinedAt, isKernelAt } from '../view/flame-data';
import type { HeatWindow } from '../view/heat-window';
import type { Box } from '../view/layout';
import { legend } from '../view/legend';
import type { Owner } from '../view/owners';
import type { Selection, Weight } from '../view/selection';
import { Session, type View } from '../view/session';
import { troubleNotices } from '../view/troubles';
import { cpusText, toldTime, windowText } from '../view/window-text';
import { DARK, element, fill, isDark } from './elements';
import { Graph } from './graph';
import { HeatMap } from './heat-map';
import { SearchBox } from './search-box';
import { Tables } from './tables';

/** `mostly ls, 87.10 %; most of it thread 17 of process 12`. */
function ownerText({ comm, share, thread }: Owner): string {
  const one = thread ? `; most of it thread ${thread.tid} of process ${thread.pid}` : '';
  return `mostly ${comm}, ${(share * 100).toFixed(2)} %${one}`;
}

const count = (number: number): string => Math.round(number).toLocaleString('en');

/** All of the page: what is chosen in it changes the session, and the session is drawn. */
export class Page {
  readonly #session: Session;
  readonly #heatMap: HeatMap;
  readonly #graph = new Graph();
  readonly #tables: Tables;
  #window: HeatWindow | undefined;
  #colours: string[] = [];
  readonly #view = element('view', HTMLSelectElement);
  readonly #colour = element('colour', HTMLSelectElement);
  readonly #weight = element('weight', HTMLSelectElement);
  readonly #event = element('event', HTMLSelectElement);
  readonly #process = element('process', HTMLSelectElement);
  readonly #thread = element('thread', HTMLSelectElement);
  readonly #search: SearchBox;
  readonly #card = element('card', HTMLElement);

  constructor(private readonly data: FlameData) {
    this.#session = new Session(data);
    this.#tables = new Tables(this.#session);
    this.#search = new SearchBox(data, (found) => {
      this.#session.show(found);
      this.drawGraph();
      this.#tables.showFunctions();
    });
    this.#heatMap = new HeatMap(data, (window) => {
      this.#window = window;
      this.select();
    });
  }

  start(): void {
    const { meta } = this.data;
    element('title', HTMLElement).textContent = meta.title;
    element('notices', HTMLElement).replaceChildren(
      ...[...meta.notices, ...troubleNotices(meta)].map((notice) => {
        const item = document.createElement('li');
        item.textContent = notice;
        return item;
      }),
    );
    if (meta.recordings.length > 1) this.#colour.add(new Option('difference', 'difference', true, true), 0);
    fill(
      this.#event,
      'all',
      meta.events.map((name, i) => [String(i), name] as const),
    );
    this.fillTasks();
    this.listen();
    this.recolour();
    this.select();
    this.#heatMap.show(this.#session.selection);
  }

  private fillTasks(): void {
    const processes = new Map<number, string>();
    for (const { pid, tid, comm } of this.data.meta.threads)
      if (pid === tid || !processes.has(pid)) processes.set(pid, comm);
    fill(
      this.#process,
      'all',
      [...processes].sort((a, b) => a[0] - b[0]).map(([pid, comm]) => [String(pid), `${pid} ${comm}`] as const),
    );
    this.fillThreads();
  }

  private fillThreads(): void {
    const threads = new Map<number, string>();
    for (const { pid, tid, comm } of this.data.meta.threads) {
      if (this.#process.value === '' || String(pid) === this.#process.value) threads.set(tid, comm);
    }
    fill(
      this.#thread,
      'all',
      [...threads].sort((a, b) => a[0] - b[0]).map(([tid, comm]) => [String(tid), `${tid} ${comm}`] as const),
    );
  }

  private listen(): void {
    const on = (id: string, type: string, action: () => void) =>
      element(id, HTMLElement).addEventListener(type, action);
    const reshape = () => {
      this.#session.reshape({
        reversed: element('reversed', HTMLInputElement).checked,
        merged: element('merged', HTMLInputElement).checked,
      });
      this.forgetDetail();
      this.draw();
    };
    on('controls', 'submit', () => {});
    for (const id of ['reversed', 'merged']) on(id, 'change', reshape);
    on('view', 'change', () => this.draw());
    on('icicle', 'change', () => {
      this.draw();
      this.#graph.showRoot();
    });
    on('colour', 'change', () => {
      this.recolour();
      this.draw();
    });
    on('process', 'change', () => this.fillThreads());
    for (const id of ['weight', 'event', 'process', 'thread']) {
      on(id, 'change', () => {
        this.select();
        this.#heatMap.show(this.#session.selection);
      });
    }
    this.#search.listen();
    on('whole', 'click', () => this.#heatMap.choose(undefined));
    on('back', 'click', () => this.back());
    on('out', 'click', () => this.zoom(0));
    on('copy', 'click', () => this.copy());
    this.listenToGraph();
    const redraw = () => {
      this.recolour();
      this.#heatMap.show(this.#session.selection);
      this.draw();
    };
    window.addEventListener('resize', redraw);
    // Paper is light, and has another width.
    for (const media of [DARK, 'print']) window.matchMedia(media).addEventListener('change', redraw);
  }

  private listenToGraph(): void {
    const { canvas } = this.#graph;
    const boxAt = (event: MouseEvent) => this.#graph.boxAt(event.offsetX, event.offsetY);
    canvas.addEventListener('click', (event) => {
      const box = boxAt(event);
      if (box) this.zoom(box.node);
    });
    canvas.addEventListener('pointermove', (event) => this.hover(boxAt(event), event));
    canvas.addEventListener('pointerleave', () => this.hover(undefined));
    canvas.addEventListener('keydown', (event) => {
      const { key } = event;
      if (key.startsWith('Arrow')) {
        const box = this.#graph.move(key);
        element('detail', HTMLElement).textContent = box ? this.detail(box).replaceAll('\n', ' · ') : '';
      } else if (key === 'Enter' && this.#graph.current) this.zoom(this.#graph.current.node);
      else if (key === 'Backspace') this.back();
      else if (key === 'Escape') this.zoom(0);
      else return;
      event.preventDefault();
    });
  }

  private select(): void {
    const number = (text: string): number | undefined => (text === '' ? undefined : Number(text));
    const [event, pid, tid] = [number(this.#event.value), number(this.#process.value), number(this.#thread.value)];
    const chosen = this.#window;
    const start = this.data.meta.starts.at(-1) ?? 0;
    const selection: Selection = {
      ...(event === undefined ? {} : { event }),
      ...(pid === undefined ? {} : { pid }),
      ...(tid === undefined ? {} : { tid }),
      ...(chosen
        ? {
            from: toldTime(chosen.from, start),
            to: toldTime(chosen.to, start),
            cpus: new Set(this.#heatMap.rows.slice(chosen.firstRow, chosen.lastRow + 1)),
          }
        : {}),
    };
    this.#session.select(selection, this.#weight.value as Weight);
    this.forgetDetail();
    this.tellWindow();
    this.draw();
  }

  /** What was told of a frame is of what was selected before. */
  private forgetDetail(): void {
    element('detail', HTMLElement).textContent = '';
  }

  /** In the words of the command line, so that it can be asked the same. */
  private tellWindow(): void {
    const { meta } = this.data;
    const { from, to, cpus } = this.#session.selection;
    const start = meta.starts.at(-1) ?? 0;
    const numbers = cpus && [...cpus].map((cpu) => meta.cpus[cpu] ?? 0).sort((a, b) => a - b);
    element('window', HTMLElement).textContent =
      from === undefined || to === undefined || !numbers ? '' : windowText(start + from, start + to, numbers);
    const { samples, total } = this.#session.weighed;
    element('summary', HTMLElement).textContent =
      `${meta.recordings.join(' → ')} · ${count(samples)} samples${this.#weight.value === 'period' ? ` · period ${count(total)}` : ''}` +
      ` · ${cpusText(meta.cpus)} · ${(meta.duration / 1e9).toPrecision(4)} s`;
    element('whole', HTMLButtonElement).disabled = !numbers;
  }

  private recolour(): void {
    const by = this.colourBy;
    this.#colours = by === 'difference' || by === 'thread' ? [] : frameColours(this.data, by, isDark());
  }

  private get colourBy(): ColourBy {
    return this.#colour.value as ColourBy;
  }

  private draw(): void {
    this.drawGraph();
    this.drawLegend();
    this.#tables.show();
  }

  private drawGraph(): void {
    const session = this.#session;
    const { found, tree } = session;
    this.#graph.show(session.boxes(this.#view.value as View, this.#graph.width), {
      text: (node) => session.labelOf(node),
      colour: this.colouring(),
      isInlined: (node) => isInlinedAt(this.data.frameFlags, tree.frame[node] ?? -1),
      found: found && ((node) => found.frames[tree.frame[node] ?? -1] === 1),
      topDown: element('icicle', HTMLInputElement).checked,
    });
    this.tellMatched();
    element('back', HTMLButtonElement).disabled = !session.canGoBack;
    element('out', HTMLButtonElement).disabled = session.zoomed === 0;
  }

  /** The colour of a box, by what is chosen now. */
  private colouring(): (box: Box) => string {
    const session = this.#session;
    const { tree } = session;
    const [dark, by] = [isDark(), this.colourBy];
    const neutral = dark ? '#3a434c' : '#d5dbe1';
    return (box) => {
      const frame = tree.frame[box.node] ?? -1;
      if (frame < 0) return neutral;
      if (by === 'difference') return differenceColour(session.change(box.node), dark);
      if (by !== 'thread') return this.#colours[frame] ?? neutral;
      const owner = session.ownerOf(box);
      return owner ? ownerColour(owner, isKernelAt(this.data.frameFlags, frame), dark) : neutral;
    };
  }

  private drawLegend(): void {
    const items = legend(this.#session, this.colourBy, isDark()).map(({ text, colour }) => {
      const item = document.createElement('span');
      const mark = document.createElement('i');
      mark.style.background = colour;
      item.append(mark, text);
      return item;
    });
    element('legend', HTMLElement).replaceChildren(...items);
  }

  private tellMatched(): void {
    const { matched } = this.#session;
    element('matched', HTMLElement).textContent =
      matched === undefined
        ? this.#search.message
        : `${(matched.share * 100).toFixed(2)} % in ${matched.functions === 1 ? '1 function' : `${count(matched.functions)} functions`}`;
  }

  private zoom(node: number): void {
    this.#session.zoom(node);
    // Before the tables change: to draw it asks how wide it is, which lays out all that has changed.
    this.drawGraph();
    this.#tables.choose(this.#session.tree.frame[node] ?? -1);
    this.hover(undefined);
  }

  private back(): void {
    this.#session.back();
    this.drawGraph();
  }

  private copy(): void {
    const node = this.#graph.current?.node ?? this.#session.zoomed;
    const text = this.#session.stackText(node);
    const told = element('detail', HTMLElement);
    if (text === '') {
      told.textContent = 'no stack is chosen: click a frame, or go to one with arrow keys';
      return;
    }
    const before = document.activeElement;
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'hidden';
    document.body.append(area);
    area.select();
    // From file://, there is no other clipboard in some browsers.
    const isDone = document.execCommand('copy');
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    told.textContent = isDone ? `copied: ${text.replaceAll('\n', '; ')}` : 'the browser does not let pages copy';
  }

  private detail(box: Box): string {
    const { node } = box;
    const session = this.#session;
    const frame = session.tree.frame[node] ?? -1;
    const { self, total } = session.weights;
    const whole = session.weighed.total || 1;
    const share = (weight: number) => `${((weight / whole) * 100).toFixed(2)} %`;
    const unit = this.#weight.value === 'period' ? 'period' : 'samples';
    const [ownTotal, ownSelf] = [total[node] ?? 0, self[node] ?? 0];
    const base = session.baseWeights?.total[node] ?? 0;
    const owner = this.colourBy === 'thread' ? session.ownerOf(box) : undefined;
    return [
      session.nameOf(frame),
      ...(frame < 0 ? [] : [session.placeOf(frame)]),
      `total ${share(ownTotal)}, ${count(ownTotal)} ${unit}`,
      // Of stacks that are turned round, what ends in a frame was called by nobody: it is no time of its own.
      ...(session.shape.reversed ? [] : [`self ${share(ownSelf)}, ${count(ownSelf)} ${unit}`]),
      ...(session.baseWeights
        ? [`before ${share(base)}, now ${ownTotal >= base ? '+' : '−'}${share(Math.abs(ownTotal - base))}`]
        : []),
      ...(owner ? [ownerText(owner)] : []),
    ].join('\n');
  }

  private hover(box: Box | undefined, at?: MouseEvent): void {
    this.#card.hidden = !box;
    if (!box || !at) return;
    this.#card.textContent = this.detail(box);
    const { offsetWidth, offsetHeight } = this.#card;
    const x = Math.min(at.clientX + 14, window.innerWidth - offsetWidth - 8);
    const y = at.clientY + 18 + offsetHeight > window.innerHeight ? at.clientY - offsetHeight - 10 : at.clientY + 18;
    this.#card.style.left = `${Math.max(4, x)}px`;
    this.#card.style.top = `${Math.max(4, y)}px`;
  }
}
