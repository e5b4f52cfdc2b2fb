import type { GangStatus } from '../gang/controllable';
import { askOwner } from '../gang/registry/control-client';
import { type FoundGang, findGangs } from '../gang/registry/find-gangs';
import { ownPlace, type RegistryPlace, visiblePlaces } from '../gang/registry/place';
import { userNames } from '../host/user-names';
import { complain, errorLine, type Sink, standardOutput } from './console';
import { exitStatus } from './exit-status';
import { thisMachine } from './machine';
import type { PsOptions } from './ps-command';
import { type PsRow, psJson, psRow } from './ps-row';

/** An owner that is not stopped answers within milliseconds, on a busy machine within some more. */
const ANSWER_MS = 500;
/** Owners asked at a time: each takes an fd or two. */
const ASKED_AT_ONCE = 100;

/**
 * `syswide ps`.
 * @returns the exit status
 */
export async function ps(
  { json = false }: PsOptions,
  places: readonly RegistryPlace[] = visiblePlaces(),
): Promise<number> {
  const { kernel, host } = thisMachine();
  const { gangs, problems } = findGangs(kernel, places);
  // Others may do with their directories what they like; that this user's own cannot be used is worth an error.
  const own = problems.filter((problem) => problem.what.includes(ownPlace().path));
  for (const problem of own) complain(errorLine(problem));
  const nameOf = userNames(host.files);
  const states = await askAll(gangs);
  const rows = gangs.map((gang, i) => psRow(gang, states[i], nameOf));
  await printRows(rows, json, standardOutput);
  return own.length > 0 ? exitStatus.failed : exitStatus.success;
}

/** Prints rows as a table or as JSON; without any, the table is a sentence. */
async function printRows(rows: readonly PsRow[], json: boolean, sink: Sink): Promise<void> {
  if (json) return sink.write(psJson(rows));
  if (rows.length === 0) return sink.write('no live gangs\n');
  const { psTable } = await import('./ps-table');
  sink.write(psTable(rows, { color: sink.hasColor }));
}

/** What each owner says, in their order; undefined where it does not answer. */
async function askAll(gangs: readonly FoundGang[]): Promise<(GangStatus | undefined)[]> {
  const answers: (GangStatus | undefined)[] = [];
  for (let i = 0; i < gangs.length; i += ASKED_AT_ONCE) {
    const asked = gangs.slice(i, i + ASKED_AT_ONCE).map((gang) => askOwner(gang, { do: 'status' }, ANSWER_MS));
    for (const reply of await Promise.all(asked)) answers.push(reply && 'status' in reply ? reply.status : undefined);
  }
  return answers;
}
