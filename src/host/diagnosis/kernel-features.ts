import { SyswideError } from '../../base/error';
import type { Host } from '../host';
import { type Finding, limited, missing, ok } from './finding';

/** What this kernel and machine have to count with, and what of it this user can see. */
export const featureFindings = (host: Host): Finding[] => [
  hardwarePmus(host),
  tracepoints(host),
  kernelAddresses(host),
  probe(host, 'uprobe', 'CONFIG_UPROBE_EVENTS', 'uprobe: and uretprobe: cannot be counted'),
  probe(host, 'kprobe', 'CONFIG_KPROBE_EVENTS', 'kprobe: and kretprobe: cannot be counted'),
];

function hardwarePmus({ pmus }: Host): Finding {
  const name = 'hardware PMU';
  const others = [...pmus].filter((pmu) => !pmu.isCore && pmu.aliases.size > 0).map((pmu) => pmu.name);
  const besides = others.length > 0 ? `; with events of their own: ${others.join(', ')}` : '';
  const core = pmus.core().map((pmu) => pmu.name);
  if (core.length > 0) return ok(name, `${core.join(', ')}${besides}`);
  return limited(name, {
    detail: `none, as in most virtual machines${besides}`,
    cost: 'cycles, instructions, cache and branch events cannot be counted; software events and tracepoints can',
    remedy: "run it on the host, or let the hypervisor show its PMU (libvirt: <pmu state='on'/>, QEMU: -cpu host)",
  });
}

function tracepoints(host: Host): Finding {
  const name = 'tracefs';
  try {
    const tracefs = host.tracefs();
    const where = tracefs.directory.startsWith('/proc/')
      ? 'a private instance, as it is not mounted'
      : tracefs.directory;
    return ok(name, `${where}: ${tracefs.systems().length} systems of tracepoints`);
  } catch (error) {
    if (!(error instanceof SyswideError)) throw error;
    const cost = 'tracepoints (sched:…, syscalls:…) cannot be counted';
    return missing(name, { detail: error.why, cost, remedy: error.remedy });
  }
}

const CAP_SYSLOG = 34n;

/**
 * Whether /proc/kallsyms tells this user addresses. Reading it to see would take longer than all the rest.
 * Source: kallsyms_show_value() in kernel/ksyms_common.c.
 */
function kernelAddresses({ files, privileges }: Host): Finding {
  const name = 'kptr_restrict';
  const { kptrRestrict = 0, paranoid = 2 } = privileges;
  const effective = BigInt(`0x${/^CapEff:\t([0-9a-f]{1,16})$/m.exec(files.read('/proc/self/status') ?? '')?.[1] ?? 0}`);
  const isPrivileged = ((effective >> CAP_SYSLOG) & 1n) === 1n;
  const shown = kptrRestrict < 2 && (isPrivileged || (kptrRestrict === 0 && paranoid <= 1));
  if (shown) return ok(name, `${kptrRestrict}: this user sees the addresses of kernel symbols`);
  return limited(name, {
    detail: `${kptrRestrict}: this user sees no addresses of kernel symbols`,
    cost: 'mem:SYMBOL and kprobe:SYMBOL of the kernel are refused, and kernel functions have no names',
    remedy: kptrRestrict < 2 ? 'run as root' : 'sudo sysctl kernel.kptr_restrict=1, and run as root',
  });
}

function probe({ pmus }: Host, pmu: 'uprobe' | 'kprobe', option: string, cost: string): Finding {
  const name = `${pmu} PMU`;
  const found = pmus.get(pmu);
  if (found) return ok(name, `type ${found.type}`);
  return missing(name, { detail: `this kernel has none (${option})`, cost, remedy: `use a kernel with ${option}` });
}
