import type { HostFiles } from './host-files';

/** Capabilities that decide about perf events, by their bit. Source: include/uapi/linux/capability.h. */
const capabilityBits = {
  CAP_IPC_LOCK: 14,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYS_RESOURCE: 24,
  CAP_PERFMON: 38,
} as const;

export type Capability = keyof typeof capabilityBits;

/** Whether something may be done, and why; when not, what the user can do about it. */
export type Permission =
  | { readonly allowed: true; readonly reason: string }
  | { readonly allowed: false; readonly reason: string; readonly remedy: string };

/**
 * What the kernel's rules let this process do with perf events. A forecast, to choose and to explain: security modules
 * and seccomp filters may refuse more, so the answer of perf_event_open(2) counts.
 *
 * @see Documentation/admin-guide/perf-security.rst; kernel/events/core.c (perf_allow_kernel, perf_allow_cpu)
 */
export interface Privileges {
  readonly effectiveUid: number;
  /** Effective ones among those that matter here. */
  readonly capabilities: ReadonlySet<Capability>;
  /** False in a container with a user namespace: its capabilities, even root's, mean nothing to perf events. */
  readonly initialUserNamespace: boolean;
  /** Whether a seccomp filter is in force, as in most containers: it may forbid perf_event_open(2) to everybody. */
  readonly seccompFiltered: boolean;
  /** `kernel.perf_event_paranoid`; undefined when this kernel has no perf events. */
  readonly paranoid: number | undefined;
  /** `kernel.perf_event_mlock_kb`: KiB of rings per CPU that count towards no limit of the user. */
  readonly mlockKib: number | undefined;
  /** `kernel.kptr_restrict`: at 0 and 1 a privileged user sees kernel addresses, at 2 nobody. */
  readonly kptrRestrict: number | undefined;
  /** Count user space in one's own tasks: the least there is. */
  readonly mayCountOwnTasks: Permission;
  /** Count kernel mode too, where one may count at all. */
  readonly mayCountKernel: Permission;
  /** Count every task of a CPU. */
  readonly mayCountCpuWide: Permission;
  /** Sample the raw data of tracepoints. */
  readonly mayUseTracepoints: Permission;
}

/** Reads them for this process, as they are now. */
export function readPrivileges(files: HostFiles): Privileges {
  const status = files.read('/proc/self/status') ?? '';
  const capabilities = parseCapabilities(status);
  const initialUserNamespace = isInitialNamespace(files.read('/proc/self/uid_map'));
  const paranoid = readNumber(files, '/proc/sys/kernel/perf_event_paranoid');
  const holder = initialUserNamespace ? powerOver(capabilities) : undefined;
  const judge = (highest: number, what: string) =>
    permission({ paranoid, holder, highest, what, initialUserNamespace, hasProc: status !== '' });
  return {
    effectiveUid: Number(/^Uid:\t\d+\t(\d+)/m.exec(status)?.[1] ?? process.geteuid?.() ?? 65534),
    capabilities,
    initialUserNamespace,
    seccompFiltered: /^Seccomp:\t2$/m.test(status),
    paranoid,
    mlockKib: readNumber(files, '/proc/sys/kernel/perf_event_mlock_kb'),
    kptrRestrict: readNumber(files, '/proc/sys/kernel/kptr_restrict'),
    mayCountOwnTasks: judge(2, 'perf events'),
    mayCountKernel: judge(1, 'counting the kernel'),
    mayCountCpuWide: judge(0, 'counting whole CPUs'),
    mayUseTracepoints: judge(-1, 'raw tracepoint data'),
  };
}

interface Case {
  readonly paranoid: number | undefined;
  /** The capability that lifts every restriction, if this process has one. */
  readonly holder: Capability | undefined;
  /** The highest level of perf_event_paranoid at which everybody may. */
  readonly highest: number;
  readonly what: string;
  readonly initialUserNamespace: boolean;
  readonly hasProc: boolean;
}

function permission({ paranoid, holder, highest, what, initialUserNamespace, hasProc }: Case): Permission {
  if (paranoid === undefined && !hasProc) {
    const reason = '/proc is not mounted: only it tells what this process may do';
    return { allowed: false, reason, remedy: 'mount -t proc proc /proc' };
  }
  if (paranoid === undefined) {
    const reason = 'this kernel has no perf events (there is no kernel.perf_event_paranoid)';
    return { allowed: false, reason, remedy: 'use a kernel with CONFIG_PERF_EVENTS' };
  }
  if (paranoid <= highest) return { allowed: true, reason: `kernel.perf_event_paranoid is ${paranoid}` };
  if (holder !== undefined) return { allowed: true, reason: `this process has ${holder}` };
  const lower = `sudo sysctl kernel.perf_event_paranoid=${highest}`;
  const reason = `kernel.perf_event_paranoid is ${paranoid}, which forbids ${what} without CAP_PERFMON`;
  if (!initialUserNamespace) {
    return {
      allowed: false,
      reason: `${reason}; capabilities within a user namespace do not count`,
      remedy: `on the host run ${lower}, or run outside of the container`,
    };
  }
  const grant = 'sudo setcap cap_perfmon+ep $(readlink -f $(which node))';
  return { allowed: false, reason, remedy: `run as root, or ${lower}, or ${grant}` };
}

/** perfmon_capable() of the kernel: either one, with respect to the initial user namespace. */
const powerOver = (capabilities: ReadonlySet<Capability>): Capability | undefined =>
  (['CAP_PERFMON', 'CAP_SYS_ADMIN'] as const).find((name) => capabilities.has(name));

function parseCapabilities(status: string): ReadonlySet<Capability> {
  const mask = BigInt(`0x${/^CapEff:\t([0-9a-f]{1,16})$/m.exec(status)?.[1] ?? 0}`);
  const names = Object.entries(capabilityBits) as [Capability, number][];
  return new Set(names.flatMap(([name, bit]) => ((mask >> BigInt(bit)) & 1n ? [name] : [])));
}

/** Only the initial namespace maps every id to itself, unless somebody builds a copy of that map by hand. */
const isInitialNamespace = (uidMap: string | undefined): boolean =>
  uidMap === undefined || /^\s*0\s+0\s+4294967295\s*$/.test(uidMap);

function readNumber(files: HostFiles, path: string): number | undefined {
  const text = files.read(path)?.trim() ?? '';
  return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
}
