import { jsonText } from '../base/safe-text';
import type { SlotsPicture } from '../gang/slots/picture';

/** The picture as one JSON object, as `docs/schema/syswide.slots-1.json` says; what cannot be known is null. */
export function slotsJson({ slots, areHit, offline, holders, tracees, notVisible }: SlotsPicture): string {
  const document = {
    schema: 'syswide.slots/1',
    cpus: slots.map(({ cpu, kind, total, free, heldByCpu, heldByTasks }) => ({
      cpu,
      kind,
      total: total ?? null,
      free: free ?? null,
      heldByCpu: heldByCpu ?? null,
      heldByTasks: heldByTasks ?? null,
    })),
    areHit: areHit ?? null,
    offline: [...offline],
    holders: holders.map(({ pid, user, comm, events }) => ({ pid, user, comm, events })),
    tracees: tracees.map(({ pid, user, comm, breakpoints, tracer, tracerComm }) => ({
      pid,
      user,
      comm,
      breakpoints: breakpoints ?? null,
      tracer: { pid: tracer, comm: tracerComm },
    })),
    notVisible,
  };
  return `${jsonText(document, 2)}\n`;
}
