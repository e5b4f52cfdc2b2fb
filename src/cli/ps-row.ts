import { jsonText } from '../base/safe-text';
import { elapsed, monotonicTime, type Nanoseconds } from '../base/units';
import type { GangStatus } from '../gang/controllable';
import type { FoundGang } from '../gang/registry/find-gangs';

/** A row of `syswide ps`. */
export interface PsRow {
  readonly gang: FoundGang;
  /** Its owner's user name, or number. */
  readonly user: string;
  /** What its owner says of it now; undefined when it does not answer. */
  readonly live: GangStatus | undefined;
  /** Since it was registered. */
  readonly age: Nanoseconds;
}

export const psRow = (gang: FoundGang, live: GangStatus | undefined, nameOf: (uid: number) => string): PsRow => ({
  gang,
  user: nameOf(gang.place.uid),
  live,
  age: ageOf(gang),
});

/** Never below 0: the clock of another container may be ahead. */
function ageOf({ since }: FoundGang): Nanoseconds {
  const now = monotonicTime(process.hrtime.bigint());
  return elapsed(since < now ? since : now, now);
}

/** The newest that is known of the gang. */
export const statusOf = ({ gang, live }: PsRow): GangStatus => live ?? gang.status;

/** How its state is called where it cannot be known. */
export const stateText = ({ live }: PsRow): string => live?.state ?? 'not answering';

/** The rows as an array of JSON, as `docs/schema/syswide.ps-1.json` says. `sinceNs` is the age. */
export const psJson = (rows: readonly PsRow[]): string => `${jsonText(rows.map(rowObject), 2)}\n`;

/** One row as a JSON object. `cpus` is null for a gang that counts tasks. */
export function rowObject(row: PsRow) {
  const { gang, user, age } = row;
  const { events, cpus, slots, lost } = statusOf(row);
  return {
    id: gang.id,
    pid: gang.pid,
    user,
    command: gang.command,
    events,
    cpus: cpus?.toString() ?? null,
    state: stateText(row),
    sinceNs: jsonNumber(age),
    slots,
    lost: jsonNumber(lost),
  };
}

/** A number, or text where a double could not hold it exactly. */
const jsonNumber = (value: bigint): number | string => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
};
