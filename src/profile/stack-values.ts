import type { Cgroups } from './cgroups';
import { NO_PARENT, type Parents } from './parents';
import type { SortKey } from './sort-keys';
import { type Stacks, StackWord } from './stacks';

/** Keys that are words of a stack, in their order there. */
const wordKeys = ['event', 'comm', 'pid', 'tid', 'cpu'] as const satisfies readonly (SortKey &
  keyof typeof StackWord)[];

/** Keys whose values are made from stacks; CPUs only where stacks have places of `cgroups` instead. */
const givenKeys = ['cpu', 'socket', 'cgroup', 'parent'] as const satisfies readonly SortKey[];

/** What `given` values are made from. */
export interface ValueSources {
  /** Where `parent` is a key. */
  readonly parents?: Parents;
  /** The socket of each CPU, as the recording tells; -1 for those of which it does not. */
  readonly sockets?: ReadonlyMap<number, number>;
  /** Where samples were told apart by cgroups: see `StackWord`. */
  readonly cgroups?: Cgroups;
}

/** What of an entry's keys is of its stacks. */
export interface StackValues {
  /** In the order in which an entry has their values. */
  readonly keys: readonly SortKey[];
  /** Of those that are words of a stack: which ones. */
  readonly keyWords: readonly number[];
  /** The values of the others, stack by stack, kernel stacks behind them. */
  readonly given: Int32Array;
  readonly givenOfEach: number;
}

/** @param isCounted of an event: only its stacks are given values */
export function stackValues(
  stacks: Stacks,
  keys: readonly SortKey[],
  sources: ValueSources,
  isCounted: (event: number) => boolean,
): StackValues {
  const words = wordKeys.filter((key) => keys.includes(key) && !(key === 'cpu' && sources.cgroups));
  const others = givenKeys.filter((key) => keys.includes(key) && !(key === 'cpu' && !sources.cgroups));
  return {
    keys: [...words, ...others],
    keyWords: words.map((key) => StackWord[key]),
    given: givenValues(
      stacks,
      others.map((key) => valuesOf[key](stacks, sources)),
      isCounted,
    ),
    givenOfEach: others.length,
  };
}

function givenValues(
  stacks: Stacks,
  others: readonly ((stack: number) => number)[],
  isCounted: (event: number) => boolean,
): Int32Array {
  if (others.length === 0) return new Int32Array(0);
  const { words } = stacks;
  const count = stacks.arrays.starts.length;
  const given = new Int32Array(count * others.length);
  for (let stack = 0; stack < count; stack += 1) {
    if (!isCounted(words[stacks.startOf(stack) + StackWord.event] ?? 0)) continue;
    for (let k = 0; k < others.length; k += 1) given[stack * others.length + k] = others[k]?.(stack) ?? 0;
  }
  return given;
}

function cpuOf(stacks: Stacks, { cgroups }: ValueSources): (stack: number) => number {
  const wordOf = (stack: number) => stacks.words[stacks.startOf(stack) + StackWord.cpu] ?? 0;
  return cgroups ? (stack) => cgroups.cpuAt(wordOf(stack)) : wordOf;
}

function cgroupOf(stacks: Stacks, { cgroups }: ValueSources): (stack: number) => number {
  return (stack) => cgroups?.cgroupAt(stacks.words[stacks.startOf(stack) + StackWord.cpu] ?? 0) ?? 0;
}

function socketOf(stacks: Stacks, sources: ValueSources): (stack: number) => number {
  const cpu = cpuOf(stacks, sources);
  return (stack) => sources.sockets?.get(cpu(stack)) ?? -1;
}

/** Kernel stacks have none: who called the kernel may tell who the parent is. */
function parentOf(stacks: Stacks, { parents }: ValueSources): (stack: number) => number {
  return (stack) => (stack < stacks.size && parents ? parents.of(stack) : NO_PARENT);
}

/** What gives each stack its value. */
const valuesOf = { cpu: cpuOf, socket: socketOf, cgroup: cgroupOf, parent: parentOf } as const;
