import type { Tid } from '../base/units';
import { LiveGang } from '../gang/live-gang';
import { markedByHits, neverHitNotices } from '../gang/slots/hits';
import { takeSlots } from '../gang/slots/take';
import { placesOf } from '../gang/target';
import type { Interruption } from '../native/interruption';
import type { Kernel } from '../native/kernel';
import { checkFiles } from './files-needed';
import type { GangToOpen } from './measure-request';

/** How often threads that started while the others were opened are taken in. */
const MOST_LOOKS = 8;

/**
 * Opens the gang that is asked for, disabled, waiting for debug registers where that is wanted. A process may start
 * threads while those it had are opened: then it is opened anew with all of them, because from outside nobody can tell
 * whether a new thread has inherited the events.
 * @throws SyswideError as `LiveGang.open`; nothing is left open then
 */
export async function openRequested(
  kernel: Kernel,
  request: GangToOpen,
  interruption: Interruption,
): Promise<{ live: LiveGang; notices: readonly string[] }> {
  for (let [looks, now] = [1, request]; ; looks += 1) {
    checkRoom(now);
    const live = await takeSlots(
      { kernel, files: now.files, lock: now.lock.run },
      { events: now.events, places: placesOf(now.target) },
      (areHit) =>
        openGang(kernel, { ...now, events: markedByHits(now.events, areHit) }, () => interruption.interrupt()),
      { wait: now.waitSlots, interruption },
    );
    const fresh = newThreads(now);
    const notices = neverHitNotices(live.gang.events);
    if (fresh.length === 0) return { live, notices };
    if (looks === MOST_LOOKS) return { live, notices: [...notices, restless(fresh.length)] };
    await live.close();
    now = withThreads(now);
  }
}

/** @throws SyswideError TOO_MANY_FILES */
function checkRoom({ events, target, files, connector }: GangToOpen): void {
  const places = placesOf(target);
  const rings = connector ? 2 * new Set(places.map(({ cpu }) => cpu)).size : 0;
  const clocks = events.some(({ cgroup }) => cgroup !== undefined) ? places.length : 0;
  const clones = events.filter(({ kind }) => kind !== 'tool').length * places.length;
  checkFiles(files, clones, rings + clocks);
}

/** Those of the target's threads that were not there when it was put together. */
function newThreads({ target, threadsNow }: GangToOpen): Tid[] {
  if (target.kind !== 'tasks' || !threadsNow) return [];
  const known = new Set(target.tids);
  return threadsNow().filter((tid) => !known.has(tid));
}

function withThreads(request: GangToOpen): GangToOpen {
  const { target, threadsNow } = request;
  return target.kind === 'tasks' && threadsNow ? { ...request, target: { ...target, tids: threadsNow() } } : request;
}

const restless = (threads: number): string =>
  `threads were started faster than events could be opened on them: up to ${threads} may not be counted`;

const openGang = (kernel: Kernel, request: GangToOpen, onStop: () => void): LiveGang =>
  LiveGang.open(
    kernel,
    {
      events: request.events,
      target: request.target,
      leftOut: request.leftOut,
      files: request.files,
      lock: request.lock,
      ...(request.hotplug ? { hotplug: request.hotplug } : {}),
      mayMiss: (event) => request.allowMissing || request.unasked.has(event),
      placesMayGo: request.target.kind === 'tasks' || request.hotplug !== undefined,
      context: request,
      ...(request.connector ? { connector: request.connector } : {}),
    },
    onStop,
  );
