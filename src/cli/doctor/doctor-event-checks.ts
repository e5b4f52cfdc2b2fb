import { SyswideError } from '../../base/error';
import { tid } from '../../base/units';
import { parseEvents } from '../../events/parse';
import { resolveEvents } from '../../events/resolve-events';
import { Gang } from '../../gang/gang';
import { refusalContext } from '../../gang/refusal-context';
import { HostWideLock } from '../../gang/registry/host-lock';
import { breakpointsAreHit } from '../../gang/slots/hits';
import { type CpuSlots, probeSlots } from '../../gang/slots/probe';
import { type Finding, limited, missing, ok } from '../../host/diagnosis/finding';
import type { Host } from '../../host/host';
import type { Privileges } from '../../host/privileges';
import type { Kernel } from '../../native/kernel';

/** Proves that events can be counted on every CPU by opening the one that every kernel has, and closing it. */
export function systemWideFinding(kernel: Kernel, host: Host): Finding {
  const name = 'counting on every CPU';
  const { online } = host.cpus();
  try {
    const gang = Gang.open(kernel, {
      events: resolveEvents(parseEvents('cpu-clock'), host),
      target: { kind: 'cpus', cpus: online },
      mayMiss: () => false,
      placesMayGo: true,
      context: refusalContext(host),
    });
    gang.close();
    return ok(name, `cpu-clock opens on CPU ${online}`);
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    return cannotCount(error.why, error.remedy);
  }
}

/**
 * What this user may do: forecast, but for the levels that only the kernels of some distributions know. Others take them
 * for the highest of their own, so it is tried.
 */
export function tried(kernel: Kernel, host: Host): Privileges {
  const { privileges } = host;
  if (privileges.mayCountOwnTasks.allowed || !opensOnItself(kernel, host)) return privileges;
  const reason = `kernel.perf_event_paranoid is ${privileges.paranoid}, which this kernel takes for 2`;
  return { ...privileges, mayCountOwnTasks: { allowed: true, reason } };
}

function opensOnItself(kernel: Kernel, host: Host): boolean {
  try {
    const gang = Gang.open(kernel, {
      events: resolveEvents(parseEvents('page-faults:u'), host),
      target: { kind: 'tasks', tids: [tid(process.pid)], inherit: false, enableOnExec: false },
      mayMiss: () => false,
      placesMayGo: false,
      context: refusalContext(host),
    });
    gang.close();
    return true;
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    return false;
  }
}

/** The verdict when there was nothing to try with. */
export const cannotCount = (detail: string, remedy: string): Finding =>
  missing('counting on every CPU', { detail, cost: 'the main job, stat -a, cannot be done', remedy });

const registers = 'debug registers';
const registersCost = 'breakpoints (mem:…) cannot be counted on every CPU';

/** How many debug registers are free on every CPU, and whether they are of use, found out under the host's lock. */
export async function debugRegisterFinding(kernel: Kernel, host: Host): Promise<Finding> {
  try {
    const { slots, areHit } = await new HostWideLock(kernel).run(() => ({
      slots: probeSlots(kernel, host.cpus().online),
      areHit: breakpointsAreHit(kernel),
    }));
    if (areHit === false) return neverHit;
    const { mayCountCpuWide } = host.privileges;
    return mayCountCpuWide.allowed
      ? judgeSlots(slots)
      : limited(registers, { ...unseen, remedy: mayCountCpuWide.remedy });
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    return missing(registers, { detail: error.why, cost: registersCost, remedy: error.remedy });
  }
}

const neverHit = limited(registers, {
  detail: 'they can be set, but no hit is reported, as in some virtual machines',
  cost: 'breakpoints (mem:…) open, and count nothing',
  remedy: 'run it on the host, or where the hypervisor passes debug exceptions on',
});

const unseen = { detail: 'there, but this user may not count whole CPUs', cost: registersCost };

/** The CPU that has fewest decides: an event on every CPU needs one on each. */
function judgeSlots(slots: readonly CpuSlots[]): Finding {
  const [fewest] = [...slots].sort((a, b) => (a.free ?? 0) - (b.free ?? 0));
  const { free = 0, total } = fewest ?? {};
  const detail = `${free}${total === undefined ? '' : ` of ${total}`} free on every CPU`;
  if (free > 0 && free === (total ?? free)) return ok(registers, detail);
  return limited(registers, {
    detail,
    cost: free === 0 ? registersCost : `breakpoints on every CPU: ${free} at most`,
    remedy: 'syswide slots',
  });
}
