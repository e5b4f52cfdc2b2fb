import { HostWideLock } from '../gang/registry/host-lock';
import { slotsPicture } from '../gang/slots/picture';
import { complain, offer, standardOutput } from './console';
import { exitStatus } from './exit-status';
import { thisMachine } from './machine';
import type { SlotsOptions } from './slots-command';

/**
 * `syswide slots`.
 * @returns the exit status
 */
export async function slots({ json = false }: SlotsOptions): Promise<number> {
  const { kernel, host } = thisMachine();
  const lock = new HostWideLock(kernel);
  const picture = await lock.run(() => slotsPicture(kernel, host));
  if (lock.notice !== undefined) complain(lock.notice);
  if (json) {
    const { slotsJson } = await import('../report/slots-json');
    offer(slotsJson(picture));
  } else {
    const { slotsTable } = await import('../report/slots-table');
    offer(slotsTable(picture, { color: standardOutput.hasColor }));
  }
  return exitStatus.success;
}
