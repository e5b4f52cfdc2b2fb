import { SyswideError } from '../base/error';
import { jsonText } from '../base/safe-text';
import { tellOwner } from '../gang/registry/control-client';
import { type FoundGang, findGangs, isLive } from '../gang/registry/find-gangs';
import { ownPlace, type RegistryPlace, visiblePlaces } from '../gang/registry/place';
import { userNames } from '../host/user-names';
import { offer, standardOutput } from './console';
import type { CtlOptions } from './ctl-command';
import { ctlRequest } from './ctl-request';
import { exitStatus } from './exit-status';
import { thisMachine } from './machine';
import { psRow, rowObject } from './ps-row';

/** Long enough for an owner that opens hundreds of events, and waits for the host's lock first. */
const ANSWER_MS = 10_000;

/**
 * `syswide ctl`.
 * @returns the exit status
 * @throws SyswideError USAGE, NO_SUCH_GANG, NOT_ANSWERING, and whatever the gang's owner refuses it with
 */
export async function ctl(
  id: string,
  order: string,
  values: readonly string[],
  { json = false }: CtlOptions,
  places: readonly RegistryPlace[] = visiblePlaces(),
): Promise<number> {
  const request = ctlRequest(order, values);
  const { kernel, host } = thisMachine();
  const gang = chooseGang(findGangs(kernel, places), id);
  const row = psRow(
    gang,
    await tellOwner(gang, request, ANSWER_MS, (one) => isLive(kernel, one)),
    userNames(host.files),
  );
  if (json) {
    offer(`${jsonText(rowObject(row), 2)}\n`);
  } else if (request.do === 'status') {
    const { psTable, terminalOf } = await import('./ps-table');
    offer(psTable([row], terminalOf(standardOutput)));
  }
  return exitStatus.success;
}

/**
 * The gang that a person means: by its whole id, the pid of its owner or the beginning of its id. What other users
 * wrote into their entries never hides or doubles a gang of one's own.
 */
function chooseGang({ gangs, problems }: ReturnType<typeof findGangs>, text: string): FoundGang {
  const { uid } = ownPlace();
  const own = gangs.filter(({ place }) => place.uid === uid);
  const matches = meant(own, text) ?? meant(gangs, text) ?? [];
  const [found, ...others] = matches;
  if (found && others.length === 0) return found;
  const listed = found ? matches.slice(0, 10) : gangs.slice(0, 10);
  const ids = listed.map(({ id, pid }) => `${id} (process ${pid})`).join(', ');
  throw new SyswideError('NO_SUCH_GANG', {
    what: `no gang is meant by '${text}' alone`,
    why: found ? `it fits ${ids}` : (problems[0]?.message ?? (ids ? `there are ${ids}` : 'there are no live gangs')),
    remedy: 'give an id that syswide ps lists',
  });
}

/** Undefined when there is none, so that the next kind of name is tried. */
function meant(gangs: readonly FoundGang[], text: string): FoundGang[] | undefined {
  const ways: ((gang: FoundGang) => boolean)[] = [
    ({ id }) => id === text,
    ({ pid }) => `${pid}` === text,
    ({ id }) => text !== '' && id.startsWith(text),
  ];
  return ways.map((way) => gangs.filter(way)).find((found) => found.length > 0);
}
