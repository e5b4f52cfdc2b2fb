import type { Cpu } from '../base/units';
import { CpuMask } from '../host/cpu-mask';
import type { HostFiles } from '../host/host-files';
import { ByteWriter } from './byte-writer';

const sysfs = '/sys/devices/system';

/**
 * Which CPUs share a socket, a core, a die: HEADER_CPU_TOPOLOGY; undefined where the machine does not tell.
 * Source: write_cpu_topology() in tools/perf/util/header.c, Linux 6.18.
 */
export function cpuTopology(files: HostFiles, online: CpuMask, present: CpuMask): Buffer | undefined {
  const topology = (cpu: Cpu, name: string) => files.read(`${sysfs}/cpu/cpu${cpu}/topology/${name}`)?.trim();
  const siblings = (name: string): string[] => [...new Set([...online].flatMap((cpu) => topology(cpu, name) ?? []))];
  const packages = siblings('core_siblings_list');
  if (packages.length === 0) return undefined;
  // What is not known of a CPU that is offline is -1 there, too.
  const number = (cpu: Cpu, name: string): number => Number(topology(cpu, name) ?? -1) >>> 0;
  const writer = new ByteWriter().texts(packages).texts(siblings('thread_siblings_list'));
  for (const cpu of present) writer.u32(number(cpu, 'core_id')).u32(number(cpu, 'physical_package_id'));
  const dies = siblings('die_cpus_list');
  if (dies.length > 0) {
    writer.texts(dies);
    for (const cpu of present) writer.u32(number(cpu, 'die_id'));
  }
  return writer.done;
}

/**
 * Which memory and CPUs each node has: HEADER_NUMA_TOPOLOGY; undefined for a kernel without nodes.
 * Source: write_numa_topology() in tools/perf/util/header.c, Linux 6.18.
 */
export function numaTopology(files: HostFiles): Buffer | undefined {
  const online = files.read(`${sysfs}/node/online`)?.trim();
  if (!online) return undefined;
  const nodes = [...CpuMask.parse(online)];
  const writer = new ByteWriter().u32(nodes.length);
  for (const node of nodes) {
    const memory = files.read(`${sysfs}/node/node${node}/meminfo`) ?? '';
    const kib = (name: string): bigint => BigInt(new RegExp(`${name}:\\s+(\\d+) kB`).exec(memory)?.[1] ?? 0);
    writer.u32(node).u64(kib('MemTotal')).u64(kib('MemFree'));
    writer.text(files.read(`${sysfs}/node/node${node}/cpulist`)?.trim() ?? '');
  }
  return writer.done;
}
