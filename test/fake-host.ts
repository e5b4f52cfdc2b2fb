import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { HostFiles, type Refusal } from '../src/host/host-files';

/** What stands at a path: a text file, a symbolic link, or something this user may not open. */
export type FakeEntry = string | { readonly link: string } | { readonly denied: 'file' | 'directory' };

/** Absolute paths and what stands there; the directories between follow from them. An empty one: `{ '/a/b/': '' }`. */
export type FakeTree = Readonly<Record<string, FakeEntry>>;

type Node = { readonly names: Map<string, Node> } | { readonly entry: FakeEntry };

/** A machine description in memory: quick enough for property tests over hundreds of CPUs. Symbolic links to
 * directories are not followed. */
export class FakeFiles extends HostFiles {
  private readonly top = { names: new Map<string, Node>() };

  constructor(tree: FakeTree = {}) {
    super('/nonexistent');
    for (const [path, entry] of Object.entries(tree)) this.set(path, entry);
  }

  /** Adds or replaces an entry, as when the machine changes. */
  set(path: string, entry: FakeEntry): void {
    const names = parts(path);
    const last = path.endsWith('/') ? undefined : names.pop();
    let directory = this.top;
    for (const name of names) {
      const next = directory.names.get(name);
      const made = next !== undefined && 'names' in next ? next : { names: new Map<string, Node>() };
      directory.names.set(name, made);
      directory = made;
    }
    if (last !== undefined) directory.names.set(last, { entry });
  }

  /** Removes a file, or a directory with all in it. */
  remove(path: string): void {
    const parent = this.find(dirname(path));
    if (parent !== undefined && 'names' in parent) parent.names.delete(parts(path).at(-1) ?? '');
  }

  override readStart(path: string, bytes: number): string | undefined {
    return this.read(path)?.slice(0, bytes);
  }

  override read(path: string): string | undefined {
    const node = this.find(path);
    return node !== undefined && 'entry' in node && typeof node.entry === 'string' ? node.entry : undefined;
  }

  override list(path: string): string[] {
    const node = this.find(path);
    return node !== undefined && 'names' in node ? [...node.names.keys()].sort() : [];
  }

  override directories(path: string): string[] {
    return this.list(path).filter((name) => {
      const node = this.find(`${path}/${name}`);
      return node !== undefined && ('names' in node || isDeniedDirectory(node.entry));
    });
  }

  override link(path: string): string | undefined {
    const node = this.find(path);
    return node !== undefined && 'entry' in node && typeof node.entry === 'object' && 'link' in node.entry
      ? node.entry.link
      : undefined;
  }

  override refusal(path: string): Refusal | undefined {
    let node: Node | undefined = this.top;
    for (const name of parts(path)) {
      node = 'names' in node ? node.names.get(name) : undefined;
      if (node === undefined) return 'missing';
      if ('entry' in node && typeof node.entry === 'object' && 'denied' in node.entry) return 'denied';
    }
    return undefined;
  }

  private find(path: string): Node | undefined {
    let node: Node | undefined = this.top;
    for (const name of parts(path)) node = node !== undefined && 'names' in node ? node.names.get(name) : undefined;
    return node;
  }
}

const parts = (path: string): string[] => path.split('/').filter((name) => name !== '');

const isDeniedDirectory = (entry: FakeEntry): boolean =>
  typeof entry === 'object' && 'denied' in entry && entry.denied === 'directory';

/** The same tree as real files under a temporary directory. Denied entries are files and directories of mode 0. */
export function temporaryFiles(tree: FakeTree): HostFiles & Disposable {
  const root = mkdtempSync(join(tmpdir(), 'syswide-host-'));
  for (const [path, entry] of Object.entries(tree)) {
    const target = join(root, path);
    mkdirSync(path.endsWith('/') ? target : dirname(target), { recursive: true });
    if (path.endsWith('/')) continue;
    if (typeof entry === 'string') writeFileSync(target, entry);
    else if ('link' in entry) symlinkSync(entry.link, target);
    else if (entry.denied === 'directory') mkdirSync(target, { mode: 0 });
    else writeFileSync(target, '', { mode: 0 });
  }
  const dispose = () => rmSync(root, { recursive: true, force: true });
  return Object.assign(new HostFiles(root), { [Symbol.dispose]: dispose });
}

/** The shape of a made-up machine. */
export interface FakeMachine {
  readonly sockets: number;
  readonly diesPerSocket?: number;
  readonly coresPerDie: number;
  readonly threadsPerCore?: number;
  /** CPUs that the machine has, but which do not run. */
  readonly offline?: readonly number[];
  /** CPUs that could be plugged in, but are not: they have no directory. */
  readonly missing?: readonly number[];
}

/**
 * `/sys/devices/system/cpu` and `node` of a machine. CPUs are numbered as Linux does on x86: first thread 0 of every
 * core, socket by socket, then thread 1 of every core. Each socket is a node and has one L3 cache per die.
 */
export function machineTree(machine: FakeMachine): FakeTree {
  const { sockets, diesPerSocket = 1, coresPerDie, threadsPerCore = 1, offline = [], missing = [] } = machine;
  const cores = sockets * diesPerSocket * coresPerDie;
  const all = Array.from({ length: cores * threadsPerCore }, (_, n) => n);
  const present = all.filter((n) => !missing.includes(n));
  const online = present.filter((n) => !offline.includes(n));
  const cpu = '/sys/devices/system/cpu';
  const tree: Record<string, FakeEntry> = {
    [`${cpu}/possible`]: `${all.join(',')}\n`,
    [`${cpu}/present`]: `${present.join(',')}\n`,
    [`${cpu}/online`]: `${online.join(',')}\n`,
  };
  for (const n of present) tree[`${cpu}/cpu${n}/online`] = online.includes(n) ? '1\n' : '0\n';
  const place = (n: number) => {
    const die = Math.floor((n % cores) / coresPerDie);
    return { core: n % coresPerDie, die, socket: Math.floor(die / diesPerSocket) };
  };
  for (const n of online) {
    const { core, die, socket } = place(n);
    const base = `${cpu}/cpu${n}`;
    tree[`${base}/topology/physical_package_id`] = `${socket}\n`;
    tree[`${base}/topology/die_id`] = `${die % diesPerSocket}\n`;
    tree[`${base}/topology/cluster_id`] = '65535\n';
    tree[`${base}/topology/core_id`] = `${core + (die % diesPerSocket) * coresPerDie}\n`;
    tree[`${base}/node${socket}/`] = '';
    const siblings = online.filter((m) => m % cores === n % cores);
    Object.assign(tree, cacheTree(`${base}/cache/index0`, { level: 1, type: 'Data', id: n % cores, shared: siblings }));
    const dieCpus = online.filter((m) => place(m).die === die);
    Object.assign(tree, cacheTree(`${base}/cache/index3`, { level: 3, type: 'Unified', id: die, shared: dieCpus }));
  }
  return tree;
}

function cacheTree(base: string, cache: { level: number; type: string; id: number; shared: number[] }): FakeTree {
  return {
    [`${base}/level`]: `${cache.level}\n`,
    [`${base}/type`]: `${cache.type}\n`,
    [`${base}/id`]: `${cache.id}\n`,
    [`${base}/shared_cpu_list`]: `${cache.shared.join(',')}\n`,
  };
}
