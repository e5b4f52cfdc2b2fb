/** Something that is measured again and again. */
export interface Contender<T> {
  readonly name: string;
  /** Runs once and says what was measured. */
  run(): Promise<T> | T;
}

/** The samples of one contender; those of the same round are at the same index in all contenders of a contest. */
export interface Outcome<T> {
  readonly name: string;
  readonly samples: readonly T[];
}

/**
 * Measures contenders in turn, A B B A A B …: each once per round, in a random order within it, so that neither a slow
 * drift of the machine nor what the one leaves behind for the next favours anybody. A round before the first one warms
 * caches up and does not count.
 *
 * @returns the outcomes in the order of the contenders
 */
export async function alternate<T>(contenders: readonly Contender<T>[], rounds: number): Promise<Outcome<T>[]> {
  const entries = contenders.map((contender) => ({ contender, samples: [] as T[] }));
  for (const { contender } of entries) await contender.run();
  for (let round = 0; round < rounds; round++) {
    for (const { contender, samples } of shuffled(entries)) samples.push(await contender.run());
  }
  return entries.map(({ contender, samples }) => ({ name: contender.name, samples }));
}

/** A copy in random order (Fisher–Yates). */
function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  const drawn: T[] = [];
  while (left.length > 0) drawn.push(...left.splice(Math.floor(Math.random() * left.length), 1));
  return drawn;
}
