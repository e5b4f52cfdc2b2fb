/** One of two that race for the same debug registers, all of them on every CPU. */
export interface Contender {
  /** Asks for them. @returns `owner`, or the error: `NO_SLOT …` */
  take(waitMs: number): Promise<string>;
  release(): Promise<void>;
  /** kill -9, at any moment. Whatever it was asked for ends in `gone`. */
  kill(): Promise<void>;
}

/** What the races came to. */
export interface RaceRecord {
  readonly rounds: number;
  /** Rounds in which one was refused, waited for the other's release, or inherited from one that was killed. */
  readonly refused: number;
  readonly waited: number;
  readonly inherited: number;
  /** Everything that must not be; empty when all is well. */
  readonly faults: readonly string[];
  /** The longest time from an owner's release or death to the other one's ownership. */
  readonly longestHandover: number;
}

/** How a race ends for its owner. */
type Ending = 'refuse' | 'release' | 'kill the owner' | 'kill somebody early';
const endings: readonly Ending[] = ['refuse', 'release', 'kill the owner', 'kill somebody early'];

const LONG_MS = 10_000;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Lets two contenders race `rounds` times, and looks at the registers with `freeSlots` (those free on each CPU) while
 * one of them owns all, and after each round.
 * @param start makes a contender, also in place of one that was killed
 */
export async function race(
  start: () => Promise<Contender>,
  freeSlots: () => readonly number[],
  total: number,
  rounds: number,
): Promise<RaceRecord> {
  const tally = { refused: 0, waited: 0, inherited: 0, longestHandover: 0 };
  const faults: string[] = [];
  const pair: [Contender, Contender] = [await start(), await start()];
  for (let round = 0; round < rounds; round += 1) {
    const ending = endings[round % endings.length] ?? 'refuse';
    const fault = (what: string) => faults.push(`round ${round}, ${ending}: ${what}`);
    const expectFree = (count: number, when: string) => {
      const free = freeSlots();
      if (free.some((one) => one !== count)) fault(`${free} free ${when}`);
    };
    const expectOwner = (outcome: string, who: string) => {
      if (outcome !== 'owner') fault(`${who}: ${outcome}`);
      expectFree(0, `while owned by ${who}`);
    };
    await run(ending, pair, { start, tally, fault, expectOwner, earlyMs: (round * 7) % 11 });
    expectFree(total, 'after the round');
  }
  for (const contender of pair) await contender.kill();
  return { rounds, ...tally, faults };
}

interface Round {
  readonly start: () => Promise<Contender>;
  readonly tally: { refused: number; waited: number; inherited: number; longestHandover: number };
  readonly fault: (what: string) => void;
  /** That it owns all registers of all CPUs: a half gang would leave some free. */
  readonly expectOwner: (outcome: string, who: string) => void;
  /** When to kill somebody who may not own anything yet. */
  readonly earlyMs: number;
}

async function run(ending: Ending, pair: [Contender, Contender], round: Round): Promise<void> {
  if (ending === 'refuse') return refuse(pair, round);
  if (ending === 'kill somebody early') return killEarly(pair, round);
  const takes = [pair[0].take(LONG_MS), pair[1].take(LONG_MS)] as const;
  const owner = await Promise.race([takes[0].then(() => 0 as const), takes[1].then(() => 1 as const)]);
  const other = owner === 0 ? 1 : 0;
  round.expectOwner(await takes[owner], 'the first');
  const begin = performance.now();
  await (ending === 'release' ? pair[owner].release() : pair[owner].kill());
  const outcome = await takes[other];
  round.tally.longestHandover = Math.max(round.tally.longestHandover, performance.now() - begin);
  round.expectOwner(outcome, 'the one that waited');
  await pair[other].release();
  round.tally[ending === 'release' ? 'waited' : 'inherited'] += 1;
  if (ending === 'kill the owner') pair[owner] = await round.start();
}

/** One dies at any moment, in the middle of taking them, say; the other one gets them. */
async function killEarly(pair: [Contender, Contender], round: Round): Promise<void> {
  const takes = [pair[0].take(LONG_MS), pair[1].take(LONG_MS)] as const;
  await pause(round.earlyMs);
  await pair[0].kill();
  round.expectOwner(await takes[1], 'the survivor');
  await pair[1].release();
  round.tally.inherited += 1;
  pair[0] = await round.start();
}

/** Without a wait: exactly one gets all, the other a clear error. */
async function refuse(pair: [Contender, Contender], { tally, fault, expectOwner }: Round): Promise<void> {
  const outcomes = await Promise.all([pair[0].take(0), pair[1].take(0)]);
  const owner = outcomes[0] === 'owner' ? 0 : 1;
  const refusal = outcomes[1 - owner] ?? '';
  expectOwner(outcomes[owner], `one of both (${outcomes})`);
  if (!/^NO_SLOT cannot watch .* have 0 of 4 free; perf events are held by .*\d+ node /.test(refusal)) fault(refusal);
  await pair[owner].release();
  tally.refused += 1;
}
