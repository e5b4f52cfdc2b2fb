import { assert } from '../../base/assert';
import type { Pid } from '../../base/units';

const letters = 'abcdefghijklmnopqrstuvwxyz';

/**
 * The id of the `nth` gang of a process, counted from 1: its pid in letters, so that it is unique on the host, and
 * from the second one a number. Letters, so that no id can be taken for a pid; the lowest digit first, so that the ids
 * of neighbouring pids differ at their beginning, where people abbreviate them.
 */
export function gangId(process: Pid, nth: number): string {
  assert(process > 0 && nth > 0, 'pids and gangs are counted from 1');
  let word = '';
  for (let rest: number = process; rest > 0; rest = Math.floor(rest / letters.length)) {
    word += letters.charAt(rest % letters.length);
  }
  return nth === 1 ? word : `${word}${nth}`;
}

/** The id whose entry a file of that name is; undefined for every other name. */
export const gangOfEntry = (name: string): string | undefined =>
  /^([a-z]{1,7}(?:[2-9]|[1-9]\d{1,3})?)\.json$/.exec(name)?.[1];

export const entryName = (id: string): string => `${id}.json`;
export const socketName = (id: string): string => `${id}.sock`;
