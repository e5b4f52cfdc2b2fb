import { changeOf } from './colour';
import { course, inTimeOrder, thinned, through } from './course';
import { type FlameData, isInlinedAt, isKernelAt } from './flame-data';
import { FrameNodes, type FunctionRow, functionRows, type Neighbours } from './functions';
import { type Box, layout, pathTo } from './layout';
import { type Owner, Owners } from './owners';
import { type Found, matchedWeight } from './search';
import { type Selection, type Weighed, type Weight, weigh } from './selection';
import { type FlameTree, flameTree, type TreeShape, type TreeWeights, treeWeights } from './tree';

export type View = 'name' | 'weight' | 'time';

/** What a search comes to: the share of the weight, from 0 to 1, with a match in its stack, and how many functions match. */
export interface Matched {
  readonly share: number;
  readonly functions: number;
}

/** What a page shows at a moment: the samples that are selected, and the view of them. Everything is made when it is asked for. */
export class Session {
  #selection: Selection = {};
  #weight: Weight = 'samples';
  #shape: TreeShape = { reversed: false, merged: false };
  #found: Found | undefined;
  #matched: Matched | undefined;
  #zoomed = 0;
  readonly #before: number[] = [];
  readonly #trees = new Map<string, FlameTree>();
  readonly #rank: Int32Array;
  #weighed: Weighed;
  #weights: TreeWeights | undefined;
  #base: TreeWeights | undefined;
  #functions: readonly FunctionRow[] | undefined;
  #nodes: FrameNodes | undefined;
  #plain: TreeWeights | undefined;
  #owners: Owners | undefined;
  /** In the order of time: the samples that are drawn. */
  #columns: Int32Array | undefined;

  constructor(readonly data: FlameData) {
    this.#rank = ranksOf(data);
    this.#weighed = weigh(data, {}, 'samples');
  }

  get selection(): Selection {
    return this.#selection;
  }

  get weighed(): Weighed {
    return this.#weighed;
  }

  get zoomed(): number {
    return this.#zoomed;
  }

  get found(): Found | undefined {
    return this.#found;
  }

  select(selection: Selection, weight: Weight): void {
    this.#selection = selection;
    this.#weight = weight;
    this.#weighed = weigh(this.data, selection, this.#weight);
    this.#weights = undefined;
    this.#base = undefined;
    this.#matched = undefined;
    this.#functions = undefined;
    this.#plain = undefined;
    this.#owners = undefined;
  }

  get shape(): TreeShape {
    return this.#shape;
  }

  reshape(shape: TreeShape): void {
    this.#shape = shape;
    this.#weights = undefined;
    this.#base = undefined;
    this.#matched = undefined;
    this.#owners = undefined;
    this.#zoomed = 0;
    this.#before.length = 0;
  }

  /** @param found undefined where nothing is searched for */
  show(found: Found | undefined): void {
    this.#found = found;
    this.#matched = undefined;
  }

  zoom(node: number): void {
    if (node === this.#zoomed) return;
    this.#before.push(this.#zoomed);
    this.#zoomed = node;
  }

  get canGoBack(): boolean {
    return this.#before.length > 0;
  }

  back(): void {
    this.#zoomed = this.#before.pop() ?? 0;
  }

  get tree(): FlameTree {
    const { reversed, merged } = this.#shape;
    const key = `${reversed} ${merged}`;
    const tree = this.#trees.get(key) ?? flameTree(this.data, this.#shape);
    this.#trees.set(key, tree);
    return tree;
  }

  get weights(): TreeWeights {
    this.#weights ??= treeWeights(this.tree, this.#weighed.self);
    return this.#weights;
  }

  /** Of the recording that is compared with. */
  get baseWeights(): TreeWeights | undefined {
    if (this.#weighed.base) this.#base ??= treeWeights(this.tree, this.#weighed.base);
    return this.#base;
  }

  boxes(view: View, pixels: number): Box[] {
    this.#columns = undefined;
    if (view === 'time') {
      const samples = through(this.data, this.tree, this.#zoomed, inTimeOrder(this.data, this.#selection));
      this.#columns = thinned(samples, pixels);
      return course(this.data, this.tree, this.#columns);
    }
    const { total } = this.weights;
    const { tree } = this;
    return layout({ tree, total, zoomed: this.#zoomed, order: view, rank: this.#rank, least: 0.4 / pixels });
  }

  /** Of what is selected; undefined where nothing is searched for. */
  get matched(): Matched | undefined {
    const found = this.#found;
    if (!found) return undefined;
    const whole = this.#weighed.total;
    this.#matched ??= {
      share: whole === 0 ? 0 : matchedWeight(this.tree, this.weights, found) / whole,
      functions: this.functions().filter(({ frame }) => found.frames[frame] === 1).length,
    };
    return this.#matched;
  }

  /** Always of the stacks as they are, whatever the view. */
  functions(): readonly FunctionRow[] {
    this.#functions ??= functionRows(...this.forward(), this.data.frameName.length);
    return this.#functions;
  }

  /** Likewise. */
  neighbours(frame: number): Neighbours {
    const [tree, weights] = this.forward();
    this.#nodes ??= new FrameNodes(tree, this.data.frameName.length);
    return this.#nodes.neighbours(frame, weights);
  }

  private forward(): [FlameTree, TreeWeights] {
    if (!(this.#shape.reversed || this.#shape.merged)) return [this.tree, this.weights];
    const plain = this.#trees.get('false false') ?? flameTree(this.data, { reversed: false, merged: false });
    this.#trees.set('false false', plain);
    this.#plain ??= treeWeights(plain, this.#weighed.self);
    return [plain, this.#plain];
  }

  /** Of a frame, from -1 to 1: see `changeOf`. */
  change(node: number): number {
    return changeOf(this.weights.total[node] ?? 0, this.baseWeights?.total[node] ?? 0);
  }

  /** Whose a box of the view that was asked for last is for the most part; undefined where it weighs nothing. */
  ownerOf(box: Box): Owner | undefined {
    return this.#columns ? this.owners.ofStretch(box, this.#columns) : this.owners.of(box.node);
  }

  get owners(): Owners {
    const { data, tree } = this;
    const [selection, weight] = [this.#selection, this.#weight];
    this.#owners ??= new Owners({ data, tree, total: this.weights.total, selection, weight });
    return this.#owners;
  }

  nameOf(frame: number): string {
    if (frame < 0) return 'all';
    return this.data.meta.names[this.data.frameName[frame] ?? 0] ?? '';
  }

  /** `libc.so.6`, `[kernel.kallsyms], kernel`. */
  placeOf(frame: number): string {
    const { meta, frameDso, frameFlags } = this.data;
    const marks = [isKernelAt(frameFlags, frame) ? ', kernel' : '', isInlinedAt(frameFlags, frame) ? ', inlined' : ''];
    return `${meta.dsos[frameDso[frame] ?? 0] ?? ''}${marks.join('')}`;
  }

  /** What the graph writes into a box: kernel and inlined frames are marked. */
  labelOf(node: number): string {
    const frame = this.tree.frame[node] ?? -1;
    const { frameFlags } = this.data;
    return `${this.nameOf(frame)}${isKernelAt(frameFlags, frame) ? ' [k]' : ''}${isInlinedAt(frameFlags, frame) ? ' [i]' : ''}`;
  }

  /** A stack as text, a frame a line, as the tree has them. */
  stackText(node: number): string {
    return pathTo(this.tree, node)
      .slice(1)
      .map((at) => this.labelOf(at))
      .join('\n');
  }
}

/** Frames by the order of their names. */
function ranksOf({ meta, frameName }: FlameData): Int32Array {
  const byName = [...meta.names.keys()].sort((a, b) => ((meta.names[a] ?? '') < (meta.names[b] ?? '') ? -1 : 1));
  const ranks = new Int32Array(meta.names.length);
  for (const [rank, name] of byName.entries()) ranks[name] = rank;
  return Int32Array.from(frameName, (name) => ranks[name] ?? 0);
}
