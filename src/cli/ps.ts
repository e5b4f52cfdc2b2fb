import type { GangStatus } from '../gang/controllable';
import { askOwner } from '../gang/registry/control-client';
import { type FoundGang, findGangs, isLive } from '../gang/registry/find-gangs';
import { ownPlace, type RegistryPlace, visiblePlaces } from '../gang/registry/place';
import { userNames } from '../host/user-names';
import type { Kernel } from '../native/kernel';
import { complain, errorLine, offer, standardOutput } from './console';
import { exitStatus } from './exit-status';
import { thisMachine } from './machine';
import type { PsOptions } from './ps-command';
import { type PsRow, psJson, psRow } from './ps-row';
import { usage } from './usage-error';

/** An owner that is not stopped answers within milliseconds, on a busy machine within some more. */
const ANSWER_MS = 500;
/** Owners asked at a time: each takes an fd or two. */
const ASKED_AT_ONCE = 100;

/**
 * `syswide ps`.
 * @returns the exit status
 */
export async function ps(
  { json = false, ids = false }: PsOptions,
  places: readonly RegistryPlace[] = visiblePlaces(),
): Promise<number> {
  if (ids && json) throw usage('--ids and --json together', 'both say what is printed', 'choose one of them');
  const { kernel, host } = thisMachine();
  const { gangs, problems } = findGangs(kernel, places);
  // Others may do with their directories what they like; that this user's own cannot be used is worth an error.
  const own = problems.filter((problem) => problem.what.includes(ownPlace().path));
  for (const problem of own) complain(errorLine(problem));
  const status = own.length > 0 ? exitStatus.failed : exitStatus.success;
  // No owner is asked: a shell waits for them.
  if (ids) {
    offer(gangs.map(({ id }) => `${id}\n`).join(''));
    return status;
  }
  const nameOf = userNames(host.files);
  const states = await askAll(kernel, gangs);
  const rows = gangs.flatMap((gang, i) => {
    const state = states[i];
    return state === 'ended' ? [] : [psRow(gang, state, nameOf)];
  });
  await printRows(rows, json);
  return status;
}

/** Prints rows as a table or as JSON; without any, the table is a sentence. */
async function printRows(rows: readonly PsRow[], json: boolean): Promise<void> {
  if (json) return offer(psJson(rows));
  if (rows.length === 0) return offer('no live gangs\n');
  const { psTable, terminalOf } = await import('./ps-table');
  offer(psTable(rows, terminalOf(standardOutput)));
}

/** What each owner says, in their order; undefined where it does not answer. */
async function askAll(kernel: Kernel, gangs: readonly FoundGang[]): Promise<Answer[]> {
  const answers: Answer[] = [];
  for (let i = 0; i < gangs.length; i += ASKED_AT_ONCE) {
    answers.push(...(await Promise.all(gangs.slice(i, i + ASKED_AT_ONCE).map((gang) => ask(kernel, gang)))));
  }
  return answers;
}

/** `ended` for a gang that was there a moment ago. */
type Answer = GangStatus | 'ended' | undefined;

async function ask(kernel: Kernel, gang: FoundGang): Promise<Answer> {
  const stillLives = (one: FoundGang) => isLive(kernel, one);
  const reply = await askOwner(gang, { do: 'status' }, ANSWER_MS, stillLives);
  if (reply && 'status' in reply) return reply.status;
  return stillLives(gang) ? undefined : 'ended';
}
