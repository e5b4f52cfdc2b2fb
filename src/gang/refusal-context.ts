import { watchesKernel } from '../events/breakpoint-rules';
import type { Host } from '../host/host';
import type { OpenContext } from './open-error';

/** What the machine can say about a refused event. */
export function refusalContext(host: Host): Required<Omit<OpenContext, 'fdsNeeded' | 'goOnWithout'>> {
  const { privileges } = host;
  return {
    fdLimit: () => host.limits().openFiles.soft,
    userOnly: () => {
      const { mayCountKernel: right } = privileges;
      return right.allowed ? undefined : { why: right.reason, remedy: right.remedy };
    },
    permission: (event, place) => {
      if (event.kind === 'probe' && !mayProbe(host)) return noProbes;
      if (watchesKernel(event) && !mayWatchKernel(host)) return noKernelBreakpoints;
      const judged = [
        ...(place.tid === undefined ? [privileges.mayCountCpuWide] : []),
        privileges.mayCountOwnTasks,
        ...(event.attr.flags?.excludeKernel ? [] : [privileges.mayCountKernel]),
      ];
      const forbidden = judged.find((permission) => !permission.allowed);
      if (forbidden && !forbidden.allowed) return { why: forbidden.reason, remedy: forbidden.remedy };
      return place.tid === undefined
        ? { why: 'a security module or seccomp filter forbids it', remedy: 'run outside of the container, or as root' }
        : { why: 'it belongs to somebody else', remedy: 'run as its user, or as root' };
    },
  };
}

/** perfmon_capable(), whatever kernel.perf_event_paranoid is. Source: perf_uprobe_event_init() in kernel/events/core.c. */
const mayProbe = ({ privileges: { capabilities, initialUserNamespace } }: Host): boolean =>
  initialUserNamespace && (capabilities.has('CAP_PERFMON') || capabilities.has('CAP_SYS_ADMIN'));

/** Source: hw_breakpoint_parse() in kernel/events/hw_breakpoint.c: capable(CAP_SYS_ADMIN). */
const mayWatchKernel = ({ privileges: { capabilities, initialUserNamespace } }: Host): boolean =>
  initialUserNamespace && capabilities.has('CAP_SYS_ADMIN');

const noKernelBreakpoints = {
  why: 'breakpoints in the kernel need CAP_SYS_ADMIN, whatever kernel.perf_event_paranoid is',
  remedy: 'run as root, outside of containers',
};

const noProbes = {
  why: 'probes need CAP_PERFMON, whatever kernel.perf_event_paranoid is',
  remedy: 'run as root, or sudo setcap cap_perfmon+ep $(readlink -f $(which node))',
};
