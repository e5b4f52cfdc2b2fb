import type { Host } from '../host';
import type { Permission, Privileges } from '../privileges';
import { type Finding, limited, missing, ok } from './finding';

/** What the kernel's rules let this user do: paranoid level, capabilities, user namespace, seccomp. */
export function permissionFindings({ privileges }: Pick<Host, 'privileges'>): Finding[] {
  return [paranoidLevel(privileges), capabilities(privileges), userNamespace(privileges), seccomp(privileges)];
}

type Refused = Permission & { readonly allowed: false };

/** What each right is for, the least one first. */
function refusals(privileges: Privileges): { readonly refused: Refused; readonly cost: string }[] {
  const rights: [Permission, string][] = [
    [privileges.mayCountOwnTasks, 'nothing can be counted'],
    [privileges.mayCountKernel, "events of one's own tasks are counted in user space only (:u)"],
    [privileges.mayCountCpuWide, 'stat -a and -C are refused'],
    [privileges.mayUseTracepoints, 'tracepoints cannot be sampled with their data'],
  ];
  return rights.flatMap(([permission, cost]) => (permission.allowed ? [] : [{ refused: permission, cost }]));
}

function paranoidLevel(privileges: Privileges): Finding {
  const name = 'perf_event_paranoid';
  const { paranoid, mayCountOwnTasks } = privileges;
  const found = refusals(privileges);
  const [first] = found;
  if (first === undefined) {
    const reason = (paranoid ?? 2) >= 0 ? `but ${privileges.mayUseTracepoints.reason}` : 'everybody may count';
    return ok(name, `${paranoid}, ${reason}`);
  }
  const cost = mayCountOwnTasks.allowed ? found.map((one) => one.cost).join('; ') : first.cost;
  // The level at which whole CPUs may be counted lifts the lesser restrictions too.
  const { remedy } = privileges.mayCountCpuWide.allowed ? first.refused : privileges.mayCountCpuWide;
  const trouble = { detail: first.refused.reason, cost, remedy };
  return mayCountOwnTasks.allowed ? limited(name, trouble) : missing(name, trouble);
}

function capabilities({ capabilities: held, paranoid, initialUserNamespace }: Privileges): Finding {
  const name = 'capabilities';
  const listed = held.size > 0 ? [...held].join(', ') : 'none of those that matter';
  if (held.has('CAP_PERFMON') || held.has('CAP_SYS_ADMIN')) {
    if (initialUserNamespace) return ok(name, listed);
    return limited(name, {
      detail: `${listed}, within a user namespace only`,
      cost: 'they lift no level of kernel.perf_event_paranoid',
      remedy: 'run outside of the container',
    });
  }
  if ((paranoid ?? 2) < 0) return ok(name, `${listed}; kernel.perf_event_paranoid asks for none`);
  return limited(name, {
    detail: listed,
    cost: 'kernel.perf_event_paranoid applies; tasks of other users cannot be counted',
    remedy: 'sudo setcap cap_perfmon+ep $(readlink -f $(which node))',
  });
}

function userNamespace({ initialUserNamespace }: Privileges): Finding {
  const name = 'user namespace';
  if (initialUserNamespace) return ok(name, 'the first one');
  return limited(name, {
    detail: "a container's",
    cost: 'capabilities do not count, and CPUs that come online are noticed 50 ms late',
    remedy: 'run outside of the container',
  });
}

function seccomp({ seccompFiltered }: Privileges): Finding {
  if (!seccompFiltered) return ok('seccomp', 'no filter');
  return limited('seccomp', {
    detail: 'a filter is in force',
    cost: 'it may forbid perf_event_open(2); the last line tells whether it does',
    remedy: 'docker run --cap-add PERFMON --security-opt seccomp=unconfined …',
  });
}
