import { falseDiscoveryRates, fisherExact } from './fisher';

/** How much of a recording is of one thing: a function, a program, a command. */
export interface Share {
  /** What it is of: a text for each key. */
  readonly labels: readonly string[];
  /** Of the whole period, from 0 to 1. */
  readonly share: number;
  readonly samples: number;
}

/** One event of a recording by what it is of. */
export interface Shares {
  readonly entries: readonly Share[];
  /** Of all entries, shown or not. */
  readonly samples: number;
}

/** Something in two recordings. */
export interface Difference {
  readonly labels: readonly string[];
  /** Absent where the recording has nothing of it. */
  readonly base?: Share;
  readonly other?: Share;
  /** The other's share less the base's, from -1 to 1. */
  readonly delta: number;
  /** How much of what is called different with this, or more certainly, may be chance: see `falseDiscoveryRates`. */
  readonly chance: number;
}

/**
 * What differs between two recordings. Whether a difference is more than chance is told by the numbers of samples, as if each
 * had been drawn by itself: how much two runs of one program differ it does not know.
 */
export function differencesOf(base: Shares, other: Shares): Difference[] {
  const keyOf = ({ labels }: Share): string => labels.join('\0');
  const others = new Map(other.entries.map((entry) => [keyOf(entry), entry]));
  const pairs: { base?: Share; other?: Share }[] = base.entries.map((entry) => {
    const match = others.get(keyOf(entry));
    others.delete(keyOf(entry));
    return { base: entry, ...(match ? { other: match } : {}) };
  });
  for (const entry of others.values()) pairs.push({ other: entry });
  const rates = falseDiscoveryRates(
    pairs.map((pair) => fisherExact(pair.base?.samples ?? 0, base.samples, pair.other?.samples ?? 0, other.samples)),
  );
  return pairs.map((pair, i) => ({
    ...pair,
    labels: pair.base?.labels ?? pair.other?.labels ?? [],
    delta: (pair.other?.share ?? 0) - (pair.base?.share ?? 0),
    chance: rates[i] ?? 1,
  }));
}
