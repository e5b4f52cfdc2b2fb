import { CpuMask } from '../../host/cpu-mask';
import type { GangStatus } from '../controllable';
import type { GangState } from '../gang';
import { asBigCount, asCount, asObject, asText, asTexts } from './json';

const states: Record<GangState, true> = { reserved: true, armed: true, paused: true, closed: true };

/** A status as it goes over the socket and into the entry. */
export const encodeStatus = ({ state, events, cpus, slots, lost }: GangStatus) => ({
  state,
  events,
  cpus: cpus === undefined ? null : cpus.toString(),
  slots,
  lost: lost.toString(),
});

/** What another process says of its gang; undefined when that is no status. */
export function decodeStatus(value: unknown): GangStatus | undefined {
  const object = asObject(value) ?? {};
  const state = asText(object.state);
  const events = asTexts(object.events);
  const cpus = object.cpus === null ? 'tasks' : CpuMask.fromSysfs(asText(object.cpus));
  const slots = asCount(object.slots);
  const lost = asBigCount(object.lost);
  if (state === undefined || !isState(state) || !events || !cpus || slots === undefined || lost === undefined) {
    return undefined;
  }
  return { state, events, cpus: cpus === 'tasks' ? undefined : cpus, slots, lost };
}

const isState = (text: string): text is GangState => Object.hasOwn(states, text);
